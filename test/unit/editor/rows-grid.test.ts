import assert from "node:assert/strict";
import { type RowSort } from "../../../src/calls/calls";
import { atStart, moved, rangeOf, selectAll, type Selection } from "../../../webview/results/rows/selection";
import { sorted, withFilter } from "../../../webview/results/rows/view";
import { rowWindows } from "../../../webview/results/rows/windows";

describe("clicks on a column's name", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["0", "0 ascending"],
    ["0 0", "0 descending"],
    ["0 0 0", ""],
    ["0 1", "1 ascending"],
    ["0 +1", "0 ascending, 1 ascending"],
    ["0 +1 +0", "0 descending, 1 ascending"],
    ["0 +1 +0 +0", "1 ascending"],
    ["0 +1 0", "0 descending"],
  ];
  for (const [clicks, expected] of cases)
    it(`${clicks} sort by ${expected || "nothing"}`, () => {
      let sort: readonly RowSort[] = [];
      for (const click of clicks.split(" "))
        sort = sorted(sort, Number(click.replace("+", "")), click.startsWith("+") ? "add" : "alone");
      assert.equal(sort.map(({ column, order }) => `${column} ${order}`).join(", "), expected);
    });

  it("leave one filter a column", () => {
    const one = withFilter([], 1, { column: 1, test: "null" });
    assert.deepEqual(withFilter(one, 1, { column: 1, test: "not-null" }), [{ column: 1, test: "not-null" }]);
    assert.deepEqual(withFilter(one, 1, undefined), []);
  });
});

describe("a selection", () => {
  const extent = { rows: 100, columns: 5, page: 10 };
  const press = (keys: string): Selection =>
    keys.split(" ").reduce<Selection>((selection, pressed) => {
      const [, shift = "", control = "", key = ""] = /^(⇧?)(\^?)(.+)$/.exec(pressed) ?? [];
      const name = key === "␣" ? " " : key;
      return moved(selection, { key: name, shift: shift !== "", control: control !== "" }, extent) ?? selection;
    }, atStart);
  const cases: readonly (readonly [keys: string, range: readonly number[]])[] = [
    ["ArrowDown ArrowRight", [1, 1, 1, 1]],
    ["⇧ArrowDown ⇧ArrowRight", [0, 1, 0, 1]],
    ["ArrowDown ⇧ArrowUp ⇧ArrowUp ⇧ArrowUp", [0, 1, 0, 0]],
    ["^End", [99, 99, 4, 4]],
    ["^End ⇧^Home", [0, 99, 0, 4]],
    ["PageDown PageDown PageUp", [10, 10, 0, 0]],
    ["ArrowDown ⇧␣", [1, 1, 0, 4]],
    ["ArrowDown ⇧␣ ⇧ArrowDown", [1, 2, 0, 4]],
    ["ArrowRight ^␣", [0, 99, 1, 1]],
    ["End ArrowRight", [0, 0, 4, 4]],
  ];
  for (const [keys, [top, bottom, left, right]] of cases)
    it(`after ${keys} is rows ${top}–${bottom}, columns ${left}–${right}`, () => {
      assert.deepEqual(rangeOf(press(keys), extent), { top, bottom, left, right });
    });

  it("goes up to the head by a plain move only", () => {
    assert.equal(press("ArrowUp").active.row, -1);
    assert.equal(press("⇧ArrowUp").active.row, 0);
  });

  it("of everything is everything", () => {
    assert.deepEqual(rangeOf(selectAll(extent), extent), { top: 0, bottom: 99, left: 0, right: 4 });
  });
});

describe("windows of rows", () => {
  function open(total: number) {
    const asked: number[] = [];
    const answers: (() => void)[] = [];
    let rows = total;
    const windows = rowWindows({
      count: () => rows,
      fetch: (offset, limit) => {
        asked.push(offset);
        return new Promise((resolve) =>
          answers.push(() =>
            resolve({ rows: Array.from({ length: limit }, (_, row) => [offset + row]), cut: [[1, 0]] }),
          ),
        );
      },
      onLoad: () => undefined,
      onError: () => assert.fail("nothing fails here"),
    });
    const settle = async (): Promise<void> => {
      for (const answer of answers.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { windows, asked, settle, grow: (to: number) => (rows = to) };
  }

  it("are asked for two at a time, and not for what went out of sight meanwhile", async () => {
    const { windows, asked, settle } = open(100_000);
    for (let first = 0; first < 50_000; first += 1000) windows.want(first, first + 30);
    windows.want(90_000, 90_030);
    assert.deepEqual(asked, [0, 200]);
    await settle();
    await settle();
    assert.deepEqual(asked, [0, 200, 90_000, 90_200]);
    assert.deepEqual([windows.at(90_001), windows.isCut(90_001, 0), windows.isCut(90_002, 0)], [[90_001], true, false]);
  });

  it("grow with the rows that come", async () => {
    const { windows, asked, settle, grow } = open(150);
    windows.want(0, 30);
    await settle();
    assert.equal(windows.at(160), undefined);
    grow(180);
    windows.want(0, 30);
    await settle();
    assert.deepEqual([asked, windows.at(160)], [[0, 0], [160]]);
  });

  it("forget what was asked of other rows", async () => {
    const { windows, settle } = open(1000);
    windows.want(0, 30);
    windows.reset();
    await settle();
    assert.equal(windows.at(0), undefined);
  });
});
