import assert from "node:assert/strict";
import { type Change } from "../../../src/record";
import { recordText } from "../../../src/editor/results/record-text";
import { jsonTokens } from "../../../webview/json-view";
import { curlOf } from "../../../webview/results/curl";
import { noPace, rateOf, restOf, sparkline, throughput, withSample } from "../../../webview/results/pace";
import { changeText } from "../../../webview/results/plan-lines";
import { type Piece, wordDiff } from "../../../webview/results/word-diff";

const shown = (pieces: readonly Piece[]): string =>
  pieces.map(({ text, changed }) => (changed ? `[${text}]` : text)).join("");

describe("a changed text", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["Head of Sales", "Head of Marketing", "Head of [Sales]", "Head of [Marketing]"],
    ["a b c d", "a c d e", "a [b ]c d", "a c d[ e]"],
    ["lead", "customer", "[lead]", "[customer]"],
    ["", "x", "", "[x]"],
    ["12.5", "12.75", "12.[5]", "12.[75]"],
    ["naïve café", "naïve cafés", "naïve [café]", "naïve [cafés]"],
    ["😀 a", "😃 a", "[😀] a", "[😃] a"],
  ];
  for (const [before, after, left, right] of cases) {
    it(`shows what changed from “${before}” to “${after}”`, () => {
      const found = wordDiff(before, after);
      assert.deepEqual([shown(found.before), shown(found.after)], [left, right]);
    });
  }

  it("is compared in no time, however long", () => {
    const words = (from: number): string => Array.from({ length: 5000 }, (_, index) => `w${index * from}`).join(" ");
    const found = wordDiff(`same ${words(3)} end`, `same ${words(7)} end`);
    assert.equal(found.before.map(({ text }) => text).join(""), `same ${words(3)} end`);
    assert.equal(found.after.at(-1)?.text.endsWith(" end"), true);
  });
});

describe("JSON in colours", () => {
  it("tells names, texts, numbers and words apart, and loses nothing", () => {
    const text = '{ "a": "x: \\"1\\"", "n": [-1.5e3, true, null] }';
    assert.deepEqual(
      jsonTokens(text)
        .filter(({ kind }) => kind !== "plain")
        .map(({ kind, text: part }) => `${kind} ${part}`),
      ['name "a"', 'text "x: \\"1\\""', 'name "n"', "number -1.5e3", "word true", "word null"],
    );
    assert.equal(
      jsonTokens(text)
        .map((token) => token.text)
        .join(""),
      text,
    );
  });

  it("takes what is no JSON as it is", () =>
    assert.deepEqual(jsonTokens("<html>"), [{ kind: "plain", text: "<html>" }]));
});

describe("a request as cURL", () => {
  const request = {
    method: "POST",
    url: "https://api.example.io/a?b='1'",
    headers: {
      authorization: "‹redacted›",
      "content-type": "application/json",
      "x-api-key": "k",
      "content-length": "9",
    },
    body: `{"name":"O'Brien"}`,
  };
  it("is quoted for a shell, and never carries credentials", () =>
    assert.equal(
      curlOf({ request }),
      [
        `curl -X POST 'https://api.example.io/a?b='\\''1'\\''' \\`,
        `  -H "authorization: $SLUICE_CREDENTIALS" \\`,
        "  -H 'content-type: application/json' \\",
        `  -H "x-api-key: $SLUICE_CREDENTIALS" \\`,
        `  --data-raw '{"name":"O'\\''Brien"}'`,
      ].join("\n"),
    ));
});

describe("a run's pace", () => {
  const pace = [0, 400, 1000, 1500, 2000, 3000].reduce((so, at) => withSample(so, { at, done: at / 10 }), noPace);

  it("is the records a second, and what the rest will take", () => {
    assert.equal(rateOf(pace), 100);
    assert.equal(restOf(pace, { done: 300, total: 500 }), 2);
    assert.equal(restOf(pace, { done: 300 }), undefined);
    assert.equal(rateOf(noPace), undefined);
  });

  it("keeps one sample a second, and not for ever", () => {
    assert.ok(throughput(pace).every((value) => Math.abs(value - 100) < 1e-9));
    const long = Array.from({ length: 500 }, (_, at) => at).reduce(
      (so, at) => withSample(so, { at: at * 1000, done: at }),
      noPace,
    );
    assert.equal(throughput(long).length, 30);
  });

  it("is drawn within its box, also when nothing moves", () => {
    assert.equal(sparkline([0, 50, 100], 29, 10), "27.0,9.0 28.0,5.0 29.0,1.0");
    assert.equal(sparkline([0], 29, 10), "29.0,9.0");
  });
});

describe("one change for others", () => {
  const change: Change = {
    id: 1,
    action: "update",
    key: '["eu","7"]',
    fields: {
      n: { before: { type: "number", text: "9007199254740993" }, after: null, drifted: true },
      a: { after: { type: "text", text: "x\u202e" } },
    },
  };
  it("is copied as JSON without losing a digit", () =>
    assert.deepEqual(JSON.parse(changeText(change, { keyTypes: ["text", "number"] })), {
      action: "update",
      key: ["eu", "7"],
      fields: { n: { before: "9007199254740993", after: null, drifted: true }, a: { after: "x\u202e" } },
    }));

  it("is compared as two texts, in the order of the file, with nothing in disguise", () => {
    const { before, after } = recordText(change, {
      fields: [
        { name: "a", type: "text" },
        { name: "n", type: "number" },
      ],
    });
    assert.deepEqual(JSON.parse(before), { n: "9007199254740993" });
    assert.equal(after, '{\n  "a": "x⟨U+202E⟩",\n  "n": null\n}\n');
    assert.deepEqual(recordText({ ...change, action: "delete", fields: {} }, { fields: [] }).after, "");
  });
});
