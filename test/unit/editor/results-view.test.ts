import assert from "node:assert/strict";
import { type Change } from "../../../src/record";
import { windowSize } from "../../../webview/protocol";
import { cellOf, keyText, prettyBody } from "../../../webview/cells";
import { concat, pages } from "../../../webview/pages";
import { planLines } from "../../../webview/results/plan-lines";

describe("a cell", () => {
  it("tells NULL, empty text and the words apart", () => {
    assert.deepEqual(
      [null, "", "NULL", "empty text"].map((value) => cellOf(value).kind),
      ["null", "empty", "value", "value"],
    );
  });

  it("puts numbers right, big ones that travel as text too", () => {
    assert.equal(cellOf(1.5).align, "right");
    assert.equal(cellOf("9007199254740993", "number").align, "right");
    assert.equal(cellOf("123", "text").align, "left");
  });

  it("shows JSON and line breaks on one line", () => {
    assert.equal(cellOf({ a: [1] }).text, '{"a":[1]}');
    assert.equal(cellOf("a\nb").text, "a↵b");
  });

  it("shows the parts of a composite key, and a null part", () => {
    assert.equal(keyText('["eu","7"]', 2), "eu · 7");
    assert.equal(keyText(["eu", null], 1), "eu · null");
    assert.equal(keyText('["eu"]', 1), '["eu"]');
  });

  it("indents bodies that are JSON and leaves others alone", () => {
    assert.equal(prettyBody('{"a":1}'), '{\n  "a": 1\n}');
    assert.equal(prettyBody("<html>"), "<html>");
    assert.equal(prettyBody(undefined), "(no body)");
  });
});

describe("windows of a long list", () => {
  async function settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
  function list(total: number, claimed = total) {
    const asked: number[][] = [];
    const errors: string[] = [];
    const found = pages<number>({
      count: claimed,
      async fetch(offset, limit) {
        asked.push([offset, limit]);
        if (offset === 400) throw new Error("gone");
        return Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => offset + index);
      },
      onLoad: () => undefined,
      onError: (message) => errors.push(message),
    });
    return { found, asked, errors };
  }

  it("are asked for once each, when they are looked at, and never larger than allowed", async () => {
    const { found, asked } = list(250);
    assert.equal(found.at(0), undefined);
    found.at(199);
    found.at(200);
    await settled();
    assert.deepEqual([found.at(0), found.at(249), found.at(250)], [0, 249, undefined]);
    assert.deepEqual(asked, [
      [0, windowSize],
      [200, 50],
    ]);
  });

  it("shorten the list when there is less than was thought", async () => {
    const { found } = list(3, 1000);
    found.at(0);
    await settled();
    assert.equal(found.count, 3);
  });

  it("say what went wrong and are not asked again and again", async () => {
    const { found, asked, errors } = list(1000);
    found.at(400);
    await settled();
    found.at(400);
    await settled();
    assert.deepEqual(errors, ["gone"]);
    assert.equal(asked.length, 1);
  });

  it("join into one list", async () => {
    const both = concat(list(2).found, list(3).found);
    both.at(0);
    both.at(2);
    await settled();
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((index) => both.at(index)),
      [0, 1, 0, 1, 2],
    );
  });
});

describe("the lines of a plan", () => {
  const text = (value: string) => ({ type: "text", text: value }) as const;
  const create: Change = {
    id: 1,
    action: "create",
    key: "7",
    fields: { email: { after: text("a@x.io") }, city: { after: null } },
  };
  const update: Change = {
    id: 2,
    action: "update",
    key: "8",
    fields: {
      plan: { before: text("lead"), after: text("customer") },
      city: { before: text("Oslo"), after: text(""), drifted: true },
    },
  };
  const brief = (item: Parameters<typeof planLines>[0], open = false) =>
    planLines(item, { keyColumns: 1, open }).map(({ sign, key, field, before, after, note }) =>
      [sign, key, field, before?.text ?? "?", after?.text ?? "?", note ?? ""].join("|"),
    );

  it("show every changed field of an update, and who else changed it", () => {
    assert.deepEqual(brief(update), [
      "~|8|plan|lead|customer|",
      "||city|Oslo|empty text|▲ changed by someone else since our last write",
    ]);
  });

  it("show one field of a create until it is opened", () => {
    assert.deepEqual(brief(create), ["+|7|email|?|a@x.io|+ 1 field"]);
    assert.deepEqual(brief(create, true), ["+|7|email|?|a@x.io|", "||city|?|NULL|"]);
  });

  it("show a removal that names no field", () => {
    assert.deepEqual(brief({ id: 3, action: "delete", key: "9", fields: {} }), ["−|9||?|?|left the model"]);
  });

  it("show a rejection with its reason", () => {
    const rejection = {
      key: null,
      stage: "model",
      code: "null-key",
      reason: "rows without a key are never sent",
    } as const;
    assert.deepEqual(brief(rejection), ["✕|null||?|?|rows without a key are never sent"]);
  });
});
