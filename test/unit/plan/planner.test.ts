import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { checkGuards, type GuardInput } from "../../../src/plan/guards";
import { canonicalJson } from "../../../src/plan/digest";
import { type PlanOptions, PlanProblems, type StoredPlan } from "../../../src/plan/plan";
import { checkFresh, openPlan } from "../../../src/plan/store";
import { type Guards } from "../../../src/sync/definition";
import { type Ask, carryOut, changesOf, definitionOf, inWorld, model, planIn, type World } from "./world";

const people: Ask = { fields: { email: "email", name: "name" }, match: "email" };
const two = model("id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'");

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SyncFailure) return `${error.code}: ${error.message}`;
  if (error instanceof PlanProblems)
    return error.problems.map(({ code, path: at }) => `${code} ${at.join(".")}`).join(", ");
  throw error;
}

async function alone(sync: Ask, sql: string, options: PlanOptions = {}): Promise<StoredPlan["header"]> {
  let header: StoredPlan["header"] | undefined;
  await inWorld({}, async (world) => {
    ({ header } = await planIn(world, definitionOf(sync), sql, { options }));
  });
  assert.ok(header);
  return header;
}

describe("plan: the ledger's fingerprint", () => {
  const changed: readonly (readonly [string, Ask])[] = [
    ["its match is email, now it is name", { ...people, match: "name" }],
    ["its key is id, now it is email", { ...people, key: ["email"] }],
  ];
  for (const [words, sync] of changed) {
    it(`stops where ${words}`, async () => {
      await inWorld({}, async (world) => {
        await carryOut(world, await planIn(world, definitionOf(people), two));
        assert.match(
          await failureOf(planIn(world, definitionOf(sync), two)),
          new RegExp(`ledger-mismatch: .*${words}`),
        );
      });
    });
  }
});

describe("plan: a first run", () => {
  for (const mode of ["insert", "append", "mirror"] as const) {
    it(`must be decided on for ${mode}`, async () => {
      await inWorld({}, async (world) => {
        assert.match(await failureOf(planIn(world, definitionOf({ ...people, mode }), two)), /^first-run-undecided/);
      });
    });
  }

  it("cannot adopt where nothing can be read", async () => {
    await inWorld({ readable: false }, async (world) => {
      const definition = definitionOf({ ...people, mode: "mirror" });
      const failure = await failureOf(planIn(world, definition, two, { options: { firstRun: "adopt" } }));
      assert.match(failure, /^first-run-unavailable/);
    });
  });
});

describe("plan: what needs to be read from an object that cannot be", () => {
  const asks: readonly (readonly [string, Ask])[] = [
    ["not-readable mode", { ...people, mode: "update" }],
    ["not-readable fields.name.write", { ...people, fields: { email: "email", name: { write: "if_empty" } } }],
    ["not-readable fields.name.write", { ...people, fields: { email: "email", name: { write: "create_only" } } }],
    ["scope-not-offered scope", { ...people, mode: "mirror", scope: "all" }],
  ];
  for (const [problem, sync] of asks) {
    it(`is the problem ${problem} of ${sync.mode ?? "upsert"}`, async () => {
      await inWorld({ readable: false }, async (world) => {
        const options = { firstRun: "send" } as const;
        assert.equal(await failureOf(planIn(world, definitionOf(sync), two, { options })), problem);
      });
    });
  }

  it("is a field that the object does not have", async () => {
    await inWorld({ open: false, fields: [{ name: "email", type: "text" }] }, async (world) => {
      assert.equal(await failureOf(planIn(world, definitionOf(people), two)), "unknown-field fields.name");
    });
  });
});

describe("plan: a ledger of hashes", () => {
  it("finds the same changes, and knows no values before", async () => {
    await inWorld({}, async (world) => {
      world.values = false;
      const definition = definitionOf({ ...people, mode: "mirror", onRemoved: "delete" });
      await carryOut(world, await planIn(world, definition, two, { options: { firstRun: "send" } }));
      assert.deepEqual(await changesOf(await planIn(world, definition, two)), []);
      const edited = model("id | email | name\n 1 | 'a@x.io' | null\n 3 | 'c@x.io' | 'Cy'");
      assert.deepEqual(await changesOf(await planIn(world, definition, edited)), [
        "update 1 name=null",
        "create 3 email=c@x.io name=Cy",
        "delete 2",
      ]);
    });
  });
});

describe("plan: guards", () => {
  const input = {
    rows: 200,
    live: 100,
    changes: 30,
    removals: 6,
    rejected: 20,
    repeated: 0,
    firstMirror: false,
    drifted: [],
  };
  const table: readonly (readonly [Guards, string, boolean])[] = [
    [{ maxRemoved: { share: 0.05 } }, "5%", true],
    [{ maxRemoved: { share: 0.06 } }, "6%", false],
    [{ maxRemoved: { records: 5 } }, "5", true],
    [{ maxChanges: { records: 30 } }, "30", false],
    [{ maxChanges: { share: 0.29 } }, "29%", true],
    [{ maxRejected: { share: 0.1 } }, "10%", false],
    [{ maxRejected: { share: 0.099 } }, "9.9%", true],
    [{ minRows: 200 }, "200", false],
    [{ minRows: 201 }, "201", true],
  ];
  for (const [guards, limit, tripped] of table) {
    it(`${tripped ? "trip" : "hold"} at ${JSON.stringify(guards)}`, () => {
      assert.deepEqual(
        checkGuards({ maxRemoved: { records: 6 }, ...guards }, input)
          .filter(({ name }) => "maxRemoved" in guards || name !== "max_removed")
          .map((result) => [result.limit, result.tripped]),
        [[limit, tripped]],
      );
    });
  }

  const quiet = { ...input, removals: 0 };
  const altered = { field: "age", was: "number", is: "text", records: 1 };
  const unset: Readonly<Record<string, readonly [Partial<GuardInput>, Guards, readonly string[]]>> = {
    "want a limit for any removal": [{ removals: 1 }, {}, ["max_removed"]],
    "want a limit for the first run of a mirror": [{ firstMirror: true }, {}, ["max_removed"]],
    "are content with a limit of all": [{ removals: 6 }, { maxRemoved: { share: 1 } }, []],
    "do not let an empty model remove everything": [
      { rows: 0, removals: 6 },
      { maxRemoved: { share: 1 } },
      ["min_rows"],
    ],
    "let an empty model do so where the sync says so": [
      { rows: 0, removals: 6 },
      { maxRemoved: { share: 1 }, minRows: 0 },
      [],
    ],
    "let an empty model be where nothing is removed": [{ rows: 0 }, {}, []],
    "hold while a tenth of the keys repeats": [{ repeated: 10 }, {}, []],
    "trip once more of the keys repeat": [{ repeated: 11 }, {}, ["unique_key"]],
    "leave repeated keys to max_rejected where that is set": [{ repeated: 11 }, { maxRejected: { share: 1 } }, []],
    "trip where a type changed beneath the sync": [{ drifted: [altered] }, {}, ["same_types"]],
  };
  for (const [title, [given, guards, tripped]] of Object.entries(unset)) {
    it(title, () => {
      const results = checkGuards(guards, { ...quiet, ...given }).filter((result) => result.tripped);
      assert.deepEqual(
        results.map(({ name }) => name),
        tripped,
      );
      assert.ok(results.every(({ message, hint }) => message?.endsWith(".") && hint?.endsWith(".")));
    });
  }

  it("count the rejected rows of the model, whatever is left of the plan", async () => {
    const sync = { ...people, guards: { maxRejected: { records: 0 }, minRows: 1 } };
    const sql = model("id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | null | 'Bo'");
    const { guards } = await alone(sync, sql, { only: ["1"] });
    assert.deepEqual(guards, [
      { name: "max_rejected", limit: "0", value: 1, tripped: true },
      { name: "min_rows", limit: "1", value: 2, tripped: false },
    ]);
  });
});

describe("plan: digests", () => {
  it("of the definition change with the sync, its SQL, the target and nothing else", async () => {
    const base = (await alone(people, two)).definitionDigest;
    assert.equal((await alone(people, two, { readBack: "all" })).definitionDigest, base);
    assert.notEqual((await alone(people, `${two} `)).definitionDigest, base);
    assert.notEqual((await alone({ ...people, fields: { email: "email" } }, two)).definitionDigest, base);
  });

  it("do not depend on the order of an object's keys", () => {
    assert.equal(canonicalJson({ b: [{ d: 1, c: undefined }], a: null }), '{"a":null,"b":[{"d":1}]}');
  });
});

describe("stored plans", () => {
  it("are valid for 24 hours, and while the ledger has not moved", () => {
    const header = { createdAt: "2026-11-23T12:00:00.000Z", ledgerRevision: 3, ledger: "a" };
    const at =
      (time: string, revision: number, id = "a") =>
      () =>
        checkFresh(header, { now: new Date(time), ledger: { id, revision } });
    assert.doesNotThrow(at("2026-11-24T12:00:00Z", 3));
    assert.throws(at("2026-11-24T12:00:01Z", 3), { code: "plan-expired" });
    assert.throws(at("2026-11-23T11:54:00Z", 3), { code: "plan-expired" });
    assert.throws(at("2026-11-23T12:00:01Z", 4), { code: "plan-outdated" });
    assert.throws(at("2026-11-23T12:00:01Z", 3, "b"), { code: "plan-outdated" });
    assert.throws(() => checkFresh(header, { now: new Date(header.createdAt), ledger: undefined }), {
      code: "plan-outdated",
    });
  });

  it("are private, and nothing is left beside them", async () => {
    await inWorld({}, async (world) => {
      const { file } = await planIn(world, definitionOf(people), two);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.deepEqual(
        [await readdir(path.dirname(file)), await readdir(path.join(world.folder, "scratch"))],
        [["plan-1.duckdb"], []],
      );
    });
  });

  it("that are no plans are refused in words", async () => {
    await inWorld({}, async (world) => {
      const file = path.join(world.folder, "x.duckdb");
      assert.match(await failureOf(openPlan(file)), /^no-such-plan/);
      await writeFile(file, "not a database");
      assert.match(await failureOf(openPlan(file)), /^no-such-plan/);
    });
  });

  it("give their changes in pages, filtered by action, key and text", async () => {
    await inWorld({}, async (world) => {
      const sql = "select i as id, 'Name ' || i as name from range(1, 5002) as t(i)";
      const stored = await planIn(world, definitionOf({ fields: { name: "name" } }), sql);
      const ids = async (filter: Parameters<StoredPlan["changes"]>[0]): Promise<readonly number[]> => {
        const all: number[] = [];
        for await (const page of stored.changes(filter)) all.push(...page.map(({ key }) => Number(key)));
        return all;
      };
      assert.deepEqual(
        await ids({}),
        Array.from({ length: 5001 }, (_, index) => index + 1),
      );
      assert.deepEqual(await ids({ offset: 1999, limit: 3 }), [2000, 2001, 2002]);
      assert.deepEqual(await ids({ keys: ["7", "70", "x"] }), [7, 70]);
      assert.deepEqual(await ids({ text: "NAME 500", offset: 1 }), [5000, 5001]);
      assert.deepEqual(await ids({ actions: ["delete"] }), []);
    });
  });

  it("do not appear when planning is cancelled or fails", async () => {
    await inWorld({}, async (world) => {
      const slow = "select i as id, md5(i::varchar) as email, 'x' as name from range(200000000) as t(i)";
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 300);
      await assert.rejects(planIn(world, definitionOf(people), slow, { signal: stop.signal }), Cancelled);
      assert.match(
        await failureOf(planIn(world, definitionOf(people), "select 1 as id, 'x'::int as email, 2 as name")),
        /^sql-error/,
      );
      assert.deepEqual(
        [
          existsSync(path.join(world.folder, "plans")) ? await readdir(path.join(world.folder, "plans")) : [],
          await readdir(path.join(world.folder, "scratch")),
        ],
        [[], []],
      );
    });
  });

  it("leave the ledger's file free for others as soon as they are made", async () => {
    await inWorld({}, async (world: World) => {
      await carryOut(world, await planIn(world, definitionOf(people), two));
      const stored = await planIn(world, definitionOf(people), model("id | email | name\n 1 | 'a@x.io' | 'Anna'"));
      await carryOut(world, stored);
      await rm(stored.file);
    });
  });
});
