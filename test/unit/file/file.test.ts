import assert from "node:assert/strict";
import { type DeliverContext } from "../../../src/destinations/destination";
import { file } from "../../../src/destinations/file/file";
import { SyncFailure } from "../../../src/failure";
import { type OutgoingChange } from "../../../src/record";
import { type ContextAsk, deliverContext, drive, inMemory, openFields } from "../../support/drive";

const fields = openFields({ email: "text", plan: "text", ltv: "number" });
const path = "out/people.csv";
const head = "email,plan,ltv\r\n";

function contextOf(ask: Partial<ContextAsk> = {}): DeliverContext {
  return deliverContext(file, {
    fields,
    match: "email",
    options: { path: "people.csv" },
    config: { folder: "out" },
    ...ask,
  });
}
function change(
  id: number,
  action: OutgoingChange["action"],
  match: string,
  rest: Partial<OutgoingChange> = {},
): OutgoingChange {
  const written = action === "delete" ? {} : { email: match, plan: "free", ltv: 1.5 };
  return { id, action, key: String(id), match, fields: written, ...rest };
}
function deliver(before: string | undefined, batch: readonly OutgoingChange[], context = contextOf()) {
  const at = context.options.path === "people.csv" ? path : `out/${String(context.options.path)}`;
  const files = new Map(before === undefined ? [] : [[at, before]]);
  const { result, steps } = drive(file.deliver(batch, context), inMemory(files));
  return { text: files.get(at), outcomes: result, steps };
}
const failsWith = (code: string) => (error: unknown) => error instanceof SyncFailure && error.code === code;

describe("file destination", () => {
  it("makes a file with a header in the order of the fields", () => {
    const { text, outcomes } = deliver(undefined, [
      change(1, "create", "a@x.io"),
      change(2, "create", "b@x.io", { fields: { email: "b@x.io", plan: "", ltv: null } }),
    ]);
    assert.equal(text, `${head}a@x.io,free,1.5\r\nb@x.io,"",\r\n`);
    assert.deepEqual(outcomes[0], { outcome: "applied", id: 1, remoteId: "a@x.io", created: true });
  });

  it("merges by match: updates, removes, adds, and leaves other rows and columns alone", () => {
    const before = `note,email,plan\r\nmine,z@x.io,old\r\n,a@x.io,old\r\n,b@x.io,old\r\n`;
    const batch = [
      change(1, "update", "a@x.io", { fields: { plan: "paid" } }),
      change(2, "delete", "b@x.io"),
      change(3, "create", "c@x.io"),
    ];
    const { text, steps } = deliver(before, batch);
    assert.equal(text, `note,email,plan,ltv\r\nmine,z@x.io,old,\r\n,a@x.io,paid,\r\n,c@x.io,free,1.5\r\n`);
    assert.deepEqual(
      steps.map((step) => step.step === "file" && [step.operation, step.effect]),
      [
        ["read", "read"],
        ["replace", "write"],
      ],
    );
  });

  it("moves a row whose match changed", () => {
    const moved = change(1, "update", "new@x.io", { matchBefore: "old@x.io", fields: { email: "new@x.io" } });
    const { text, outcomes } = deliver(`${head}old@x.io,free,1\r\n`, [moved]);
    assert.equal(text, `${head}new@x.io,free,1\r\n`);
    assert.deepEqual(outcomes, [{ outcome: "applied", id: 1, remoteId: "new@x.io", created: false }]);
  });

  it("rejects a match that another row has, or that several rows have", () => {
    const before = `${head}a@x.io,,\r\nb@x.io,,\r\nc@x.io,,\r\nc@x.io,,\r\n`;
    const moved = change(1, "update", "b@x.io", { matchBefore: "a@x.io", fields: { email: "b@x.io" } });
    const { text, outcomes } = deliver(before, [moved, change(2, "update", "c@x.io")]);
    assert.equal(text, before);
    assert.deepEqual(
      outcomes.map((one) => one.outcome === "rejected" && one.code),
      ["match-taken", "several-rows"],
    );
  });

  it("insert skips what is there, update what is not", () => {
    const before = `${head}a@x.io,,\r\n`;
    assert.deepEqual(
      deliver(before, [change(1, "create", "a@x.io")], contextOf({ mode: "insert" })).outcomes[0]?.outcome,
      "skipped",
    );
    assert.deepEqual(
      deliver(before, [change(1, "update", "b@x.io")], contextOf({ mode: "update" })).outcomes[0]?.outcome,
      "skipped",
    );
  });

  it("a removal clears fields where the sync says so, and is applied where the row is gone", () => {
    const context = contextOf({ mode: "mirror", onRemoved: "clear" });
    const cleared = change(1, "delete", "a@x.io", { fields: { plan: null } });
    const { text, outcomes } = deliver(
      `${head}a@x.io,free,1\r\n`,
      [cleared, change(2, "delete", "gone@x.io")],
      context,
    );
    assert.equal(text, `${head}a@x.io,,1\r\n`);
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ["applied", "applied"],
    );
  });

  it("does not write when nothing changes", () => {
    const { steps } = deliver(`${head}a@x.io,,\r\n`, [change(1, "delete", "b@x.io")]);
    assert.equal(steps.length, 1);
  });

  const appended: readonly [name: string, before: string | undefined, after: string][] = [
    ["a new file", undefined, `${head}a@x.io,free,1.5\r\n`],
    [
      "a file with other columns, in its order",
      "ltv,note,plan,email\n1,,,x\n",
      "ltv,note,plan,email\n1,,,x\n1.5,,free,a@x.io\r\n",
    ],
    ["a file whose last line has no end", "email,plan,ltv\nx,,", "email,plan,ltv\nx,,\r\na@x.io,free,1.5\r\n"],
  ];
  for (const [name, before, after] of appended) {
    it(`appends to ${name}`, () => {
      const { text, steps } = deliver(before, [change(1, "create", "a@x.io")], contextOf({ mode: "append" }));
      assert.equal(text, after);
      const write = steps[1];
      assert.ok(write?.step === "file" && write.operation === "append" && !write.repeatable);
    });
  }

  it("will not append to a file that lacks a column", () => {
    assert.throws(
      () => deliver("email,plan\r\n", [change(1, "create", "a@x.io")], contextOf({ mode: "append" })),
      failsWith("file-unreadable"),
    );
  });

  for (const [name, before] of [
    ["twice the same column", "email,email\r\n"],
    ["a row that is too long", "email\r\na,b\r\n"],
    ["an open quote", 'email\r\n"a'],
  ] as const) {
    it(`stops at ${name} and writes nothing`, () =>
      assert.throws(() => deliver(before, [change(1, "create", "a@x.io")]), failsWith("file-unreadable")));
  }

  it("writes a byte order mark and disarmed formulas where asked, and finds such rows again", () => {
    const context = contextOf({ options: { path: "people.csv", bom: true, escape_formulas: true } });
    const { text } = deliver(
      undefined,
      [change(1, "create", "=a@x.io", { fields: { email: "=a@x.io", ltv: -1, plan: "-" } })],
      context,
    );
    assert.equal(text, `\ufeff${head}'=a@x.io,'-,-1\r\n`);
    assert.equal(deliver(text, [change(2, "delete", "=a@x.io")], context).text, `\ufeff${head}`);
  });

  it("keeps every digit of a number in JSON Lines, and lines nobody touches as they were", () => {
    const context = contextOf({ options: { path: "people.jsonl" } });
    const mine = '{ "email":"z@x.io", "n": 12345678901234567890.00 }';
    const { text } = deliver(
      `${mine}\n\n{"email":"a@x.io","ltv":1,"n":0.10}`,
      [change(1, "update", "a@x.io", { fields: { ltv: "12345678901234567891" } })],
      context,
    );
    assert.equal(text, `${mine}\n{"email":"a@x.io","ltv":12345678901234567891,"n":0.10}\n`);
  });

  it("stops at a line that is not JSON", () => {
    assert.throws(
      () =>
        deliver('{"email":"a"}\n{oops\n', [change(1, "create", "b")], contextOf({ options: { path: "people.jsonl" } })),
      failsWith("file-unreadable"),
    );
  });

  it("reads present values by match", () => {
    const ask = { by: "email", values: ["a@x.io", "gone@x.io"], fields: ["plan", "ltv"] };
    for (const [name, text, ltv] of [
      ["people.csv", `${head}a@x.io,"",10\r\n`, "10"],
      ["people.jsonl", '{"email":"a@x.io","plan":"","ltv":10}\n', 10],
    ] as const) {
      const context = contextOf({ options: { path: name } });
      const { result } = drive(file.read(ask, context), inMemory(new Map([[`out/${name}`, text]])));
      assert.deepEqual([...result], [["a@x.io", { remoteId: "a@x.io", fields: { plan: "", ltv } }]]);
      assert.equal(file.normal(ltv, fields[2]!), "10");
    }
  });

  for (const bad of [
    "../x.csv",
    "/etc/x.csv",
    "a/../../x.csv",
    "C:\\x.csv",
    ".sluice/ledger.csv",
    "..\\x.csv",
    "",
    "a\0.csv",
  ]) {
    it(`refuses the path ${JSON.stringify(bad)}`, () =>
      assert.equal(file.options.safeParse({ path: bad }).success, false));
  }

  it("says when it cannot tell the format, or the row", () => {
    const context = contextOf({ options: { path: "people.xlsx" } });
    assert.deepEqual(
      file.check?.(context)?.map(({ code }) => code),
      ["format-unknown"],
    );
    assert.deepEqual(file.check?.({ ...context, config: { folder: "../outside" } }), []);
    const { match: _match, ...unmatched } = contextOf();
    assert.throws(() => deliver(undefined, [change(1, "create", "a@x.io")], unmatched), failsWith("match-missing"));
  });
});
