import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { type ObjectSchema, type PresentRecord } from "../../../src/destinations/destination";
import { type LedgerHeader } from "../../../src/ledger/ledger";
import { objectContext } from "../../../src/plan/fields";
import { type StoredPlan } from "../../../src/plan/plan";
import { planRevert, type RevertInput } from "../../../src/plan/revert";
import { type SyncDefinition } from "../../../src/sync/definition";
import {
  type Ask,
  carryOut,
  changesOf,
  definitionOf,
  editLedger,
  inWorld,
  ledgerOf,
  model,
  planIn,
  readerOf,
  rejectionsOf,
  type World,
} from "./world";

const people = { fields: { email: "email", name: "name" }, match: "email" } as const;
const ada = "1 | 'a@x.io' | 'Ada'";
const bob = "2 | 'b@x.io' | 'Bob'";
const bert = "2 | 'b@x.io' | 'Bert'";

interface Case {
  readonly mode?: Partial<Ask>;
  readonly object?: Partial<ObjectSchema>;
  /** What somebody made there before the first run. */
  readonly there?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Rows of each run in turn; the last run is reverted. */
  readonly runs: readonly (readonly string[])[];
  /** What somebody does there after it. */
  readonly then?: (world: World) => void | Promise<void>;
  /** Rows of a run after it, before it is reverted. */
  readonly later?: readonly string[];
  readonly ask?: Partial<RevertInput>;
  /** What the revert changes, and what it leaves. */
  readonly plan: readonly string[];
  readonly left?: readonly string[];
  /** What the destination holds afterwards: e-mail and name. */
  readonly holds: readonly string[];
}

const removed = { mode: "mirror", onRemoved: "archive", guards: { maxRemoved: { records: 5 } } } as const;
const allowed = { maxRemoved: { records: 5 } } as const;

const cases: Readonly<Record<string, Case>> = {
  "what it updated gets its values back": {
    runs: [
      [ada, bob],
      [ada, bert],
    ],
    plan: ["update 2 name=Bert→Bob"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "what it created is removed": {
    runs: [[ada], [ada, bob]],
    ask: allowed,
    plan: ["delete 2"],
    holds: ["a@x.io Ada"],
  },
  "the last change is taken back first": {
    runs: [[], [ada, bob]],
    mode: { mode: "upsert" },
    ask: allowed,
    plan: ["delete 2", "delete 1"],
    holds: [],
  },
  "what it removed is made anew": {
    mode: removed,
    runs: [[ada, bob], [ada]],
    plan: ["create 2 email=b@x.io name=Bob"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "what it cleared gets its values back": {
    mode: { ...removed, onRemoved: "clear" },
    runs: [[ada, bob], [ada]],
    plan: ["update 2 name=null→Bob"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "a match that moved moves back": {
    runs: [[ada], ["1 | 'ada@x.io' | 'Ada'"]],
    plan: ["update 1 email=ada@x.io→a@x.io"],
    holds: ["a@x.io Ada"],
  },
  "a record that it found there is not removed": {
    there: { r1: { email: "b@x.io", name: "Boss" } },
    runs: [[ada], [ada, bob]],
    ask: allowed,
    plan: [],
    left: ["2 destination - before-unknown"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "a record that it found there gets back what was read right before": {
    there: { r1: { email: "b@x.io", name: "Boss" } },
    runs: [[ada], [ada, bob]],
    ask: { ...allowed, before: was([[1, { remoteId: "r1", fields: { email: "b@x.io", name: "Boss" } }]]) },
    plan: ["update 2 name=Bob→Boss"],
    holds: ["a@x.io Ada", "b@x.io Boss"],
  },
  "what was read right before counts more than what was sent before": {
    runs: [[bob], [bert]],
    ask: { before: was([[1, { remoteId: "2 of 0", fields: { email: "b@x.io", name: "Bobby" } }]]) },
    plan: ["update 2 name=Bert→Bobby"],
    holds: ["b@x.io Bobby"],
  },
  "what somebody else changed since is left": {
    runs: [
      [ada, bob],
      ["1 | 'a@x.io' | 'Adam'", bert],
    ],
    then: (world) => change(world, "b@x.io", { name: "Somebody" }),
    plan: ["update 1 name=Adam→Ada"],
    left: ["2 destination name changed-since"],
    holds: ["a@x.io Ada", "b@x.io Somebody"],
  },
  "another field that somebody else changed does not stand in the way": {
    runs: [[bob], [bert]],
    then: (world) => change(world, "b@x.io", { title: "Boss" }),
    plan: ["update 2 name=Bert→Bob"],
    holds: ["b@x.io Bob"],
  },
  "what it created and somebody else changed since is not removed": {
    runs: [[ada], [ada, bob]],
    ask: allowed,
    then: (world) => change(world, "b@x.io", { name: "Somebody" }),
    plan: [],
    left: ["2 destination name changed-since"],
    holds: ["a@x.io Ada", "b@x.io Somebody"],
  },
  "what it created and another sync holds by now is not removed": {
    runs: [[ada], [ada, bob]],
    ask: allowed,
    then: claimedByAnother,
    plan: [],
    left: ["2 destination - claimed"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "what it created and another key holds by now is not removed": {
    runs: [[ada], [ada, bob]],
    ask: allowed,
    then: (world) =>
      editLedger(
        world,
        "update records set remote_id = (select remote_id from records where key = '2') where key = '1'",
      ),
    plan: [],
    left: ["2 destination - claimed"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "what it updated and another sync holds too gets its values back": {
    runs: [
      [ada, bob],
      [ada, bert],
    ],
    then: claimedByAnother,
    plan: ["update 2 name=Bert→Bob"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "what somebody has put right is left as it is": {
    runs: [[bob], [bert]],
    then: (world) => change(world, "b@x.io", { name: "Bob" }),
    plan: [],
    holds: ["b@x.io Bob"],
  },
  "what somebody has removed since is left": {
    runs: [[bob], [bert]],
    then: (world) => world.held.clear(),
    plan: [],
    left: ["2 destination - gone-since"],
    holds: [],
  },
  "what it created and somebody has removed since is gone": {
    runs: [[ada], [ada, bob]],
    ask: allowed,
    then: (world) => remove(world, "b@x.io"),
    plan: [],
    holds: ["a@x.io Ada"],
  },
  "what it removed and somebody has made again is left": {
    mode: removed,
    runs: [[ada, bob], [ada]],
    then: (world) => void world.held.set("new", { email: "b@x.io", name: "Bea" }),
    plan: [],
    left: ["2 destination - made-since"],
    holds: ["a@x.io Ada", "b@x.io Bea"],
  },
  "what a later run sent is left": {
    runs: [
      [ada, bob],
      ["1 | 'a@x.io' | 'Adam'", bert],
    ],
    later: ["1 | 'a@x.io' | 'Adam'", "2 | 'b@x.io' | 'Berta'"],
    plan: ["update 1 name=Adam→Ada"],
    left: ["2 destination - later-run"],
    holds: ["a@x.io Ada", "b@x.io Berta"],
  },
  "a record in doubt is left": {
    runs: [[bob], [bert]],
    then: (world) => editLedger(world, "update records set state = 'doubt'"),
    plan: [],
    left: ["2 destination - in-doubt"],
    holds: ["b@x.io Bert"],
  },
  "an update whose answer never came is taken back where the record shows it": {
    runs: [[bob], [bert]],
    then: (world) => editLedger(world, "update records set state = 'uncertain'"),
    plan: ["update 2 name=Bert→Bob"],
    holds: ["b@x.io Bob"],
  },
  "a record is not removed where it is not known who made it": {
    runs: [[ada], [ada, bob]],
    ask: allowed,
    then: (world) => editLedger(world, "update records set state = 'uncertain' where \"key\" = '2'"),
    plan: [],
    left: ["2 destination - answer-unknown"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "a field whose value before nobody knows is left": {
    runs: [[bob], [bert]],
    then: (world) => changePlan(world, 'update changes set "b:name" = null'),
    plan: [],
    left: ["2 destination name before-unknown"],
    holds: ["b@x.io Bert"],
  },
  "messages are not unsent": {
    mode: { mode: "append" },
    runs: [[], [ada]],
    ask: allowed,
    plan: [],
    left: ["1 destination - sent-already"],
    holds: ["a@x.io Ada"],
  },
  "a destination that removes nothing keeps what was created": {
    object: { removals: ["clear", "keep"] },
    runs: [[ada], [ada, bob]],
    ask: allowed,
    plan: [],
    left: ["2 destination - not-removable"],
    holds: ["a@x.io Ada", "b@x.io Bob"],
  },
  "a destination that cannot be read is written all the same": {
    object: { readable: false },
    runs: [[bob], [bert]],
    then: (world) => change(world, "b@x.io", { name: "Somebody" }),
    plan: ["update 2 name=Bert→Bob"],
    holds: ["b@x.io Bob"],
  },
  "a value that cannot be written back is left": {
    runs: [[bob], [bert]],
    ask: { before: was([[1, { remoteId: "2 of 0", fields: { name: "bad" } }]]) },
    plan: [],
    left: ["2 destination name invalid-value"],
    holds: ["b@x.io Bert"],
  },
  "a record that the run rejected and a later one sent is none of its": {
    runs: [
      [ada, bob],
      [ada, bert],
    ],
    later: [ada, "2 | 'b@x.io' | 'Berta'"],
    ask: { rejected: ["2"] },
    plan: [],
    holds: ["a@x.io Ada", "b@x.io Berta"],
  },
};

describe("taking a run back", () => {
  for (const [name, one] of Object.entries(cases)) {
    it(name, () =>
      inWorld(one.object ?? {}, async (world) => {
        const definition = definitionOf({ ...people, ...one.mode });
        const run = await runs(world, definition, one);
        const plan = await revert(world, definition, run, one.ask);
        assert.deepEqual(await changesOf(plan), one.plan);
        assert.deepEqual(await rejectionsOf(plan), one.left ?? []);
        assert.equal(plan.header.counts.rejected, (one.left ?? []).length);
        await carryOut(world, plan);
        assert.deepEqual(holds(world), one.holds);
      }),
    );
  }

  it("must be told how much it may remove", () =>
    inWorld({}, async (world) => {
      const definition = definitionOf(people);
      const run = await runs(world, definition, { runs: [[ada], [ada, bob]] });
      const guards = async (ask: Partial<RevertInput>, guarded = definition) =>
        (await revert(world, guarded, run, ask)).header.guards.map(
          ({ name, limit, value, tripped }) => `${name} ${limit} ${value}${tripped ? " tripped" : ""}`,
        );
      assert.deepEqual(await guards({}), ["max_removed not stated 1 tripped"]);
      assert.deepEqual(await guards({ maxRemoved: { records: 1 } }), ["max_removed 1 1"]);
      assert.deepEqual(await guards({ maxRemoved: { records: 0 } }), ["max_removed 0 1 tripped"]);
      const stated = definitionOf({ ...people, guards: { maxRemoved: { share: 0.5 }, maxChanges: { records: 0 } } });
      assert.deepEqual(await guards({}, stated), ["max_removed 50% 1", "max_changes 0 1 tripped"]);
    }));

  describe("afterwards", () => {
    const reverted = async (world: World, definition: SyncDefinition, all: readonly (readonly string[])[]) => {
      const run = await runs(world, definition, { runs: all });
      const plan = await revert(world, definition, run, allowed);
      await carryOut(world, plan);
      return { run, plan };
    };
    const next = async (world: World, definition: SyncDefinition, rows: readonly string[]) => {
      const plan = await planIn(world, definition, sql(rows));
      return { changes: await changesOf(plan), held: plan.header.counts.held };
    };

    it("an updated record is held until its values change in the model", () =>
      inWorld({}, async (world) => {
        const definition = definitionOf(people);
        await reverted(world, definition, [
          [ada, bob],
          [ada, bert],
        ]);
        assert.deepEqual(await next(world, definition, [ada, bert]), { changes: [], held: 1 });
        const changed = await next(world, definition, [ada, "2 | 'b@x.io' | 'Berta'"]);
        assert.deepEqual(changed, { changes: ["update 2 name=Bob→Berta"], held: 0 });
      }));

    it("a removed record is held, is released as new, and its match is free", () =>
      inWorld({}, async (world) => {
        const definition = definitionOf(people);
        await reverted(world, definition, [[ada], [ada, bob]]);
        assert.deepEqual(await next(world, definition, [ada, bob]), { changes: [], held: 1 });
        assert.deepEqual((await next(world, definition, [ada, bert])).changes, ["create 2 email=b@x.io name=Bert"]);
        const other = await next(world, definition, [ada, "3 | 'b@x.io' | 'Bob'"]);
        assert.deepEqual(other.changes, ["create 3 email=b@x.io name=Bob"]);
        assert.equal(await ledgerOf(world).settle(["2"], "release"), 1);
        assert.deepEqual((await next(world, definition, [ada, bob])).changes, ["create 2 email=b@x.io name=Bob"]);
      }));

    it("a record that a stranger made meanwhile is not taken for ours", () =>
      inWorld({}, async (world) => {
        const definition = definitionOf({ ...people, ...removed });
        await reverted(world, definition, [[ada], [ada, bob]]);
        world.held.set("theirs", { email: "b@x.io", name: "Bea" });
        await carryOut(world, await planIn(world, definition, sql([ada, bert])));
        assert.deepEqual(holds(world), ["a@x.io Ada", "b@x.io Bert"]);
        assert.deepEqual((await next(world, definition, [ada])).changes, [], "it is adopted, and stays");
      }));

    it("a record that was made anew stays although its row is gone, and is removed once released", () =>
      inWorld({}, async (world) => {
        const definition = definitionOf({ ...people, ...removed });
        await reverted(world, definition, [[ada, bob], [ada]]);
        assert.deepEqual(await next(world, definition, [ada]), { changes: [], held: 1 });
        await ledgerOf(world).settle(["2"], "release");
        assert.deepEqual((await next(world, definition, [ada])).changes, ["delete 2"]);
      }));

    for (const [what, mode, all, holding, changes] of [
      [
        "an update",
        {},
        [
          [ada, bob],
          [ada, bert],
        ],
        ["a@x.io Ada", "b@x.io Bert"],
        ["update 2 name=Bob→Bert"],
      ],
      ["a creation", {}, [[ada], [ada, bob]], ["a@x.io Ada", "b@x.io Bob"], ["create 2 email=b@x.io name=Bob"]],
      ["a removal", removed, [[ada, bob], [ada]], ["a@x.io Ada"], ["delete 2"]],
    ] as const) {
      it(`a revert of ${what} is reverted like any run, and holds nothing`, () =>
        inWorld({}, async (world) => {
          const definition = definitionOf({ ...people, ...mode });
          const { plan } = await reverted(world, definition, all);
          const again = await revert(world, definition, { id: `run of ${plan.header.id}`, plan }, allowed);
          assert.deepEqual(await changesOf(again), changes);
          await carryOut(world, again);
          assert.deepEqual(holds(world), holding);
          const rows = all[all.length - 1] ?? [];
          assert.deepEqual(await next(world, definition, rows), { changes: [], held: 0 });
        }));
    }

    it("a revert that was cut short goes on, and one that is done changes nothing", () =>
      inWorld({}, async (world) => {
        const definition = definitionOf(people);
        const { run, plan } = await reverted(world, definition, [
          [ada, bob],
          ["1 | 'a@x.io' | 'Adam'", bert],
        ]);
        const reverts = [`run of ${plan.header.id}`];
        const done = await revert(world, definition, run, { reverts });
        assert.deepEqual([await changesOf(done), done.header.counts.unchanged], [[], 2]);
        await editLedger(world, "update records set state = 'uncertain' where \"key\" = '2'");
        change(world, "b@x.io", { name: "Bert" });
        const rest = await revert(world, definition, run, { reverts });
        assert.deepEqual(await changesOf(rest), ["update 2 name=Bert→Bob"]);
      }));
  });
});

interface Ran {
  readonly id: string;
  readonly plan: StoredPlan;
}

async function runs(world: World, definition: SyncDefinition, one: Pick<Case, "runs" | "there" | "then" | "later">) {
  for (const [id, fields] of Object.entries(one.there ?? {})) world.held.set(id, { ...fields });
  let last: StoredPlan | undefined;
  for (const rows of one.runs) {
    last = await planIn(world, definition, sql(rows), { options: { readBack: "none", firstRun: "send" } });
    await carryOut(world, last);
  }
  if (last === undefined) throw new Error("nothing ran");
  if (one.later !== undefined) await carryOut(world, await planIn(world, definition, sql(one.later)));
  await one.then?.(world);
  return { id: `run of ${last.header.id}`, plan: last };
}

async function revert(
  world: World,
  definition: SyncDefinition,
  ran: Ran,
  ask: Partial<RevertInput> = {},
): Promise<StoredPlan> {
  world.plans += 1;
  const id = `plan-${world.plans}`;
  const reader = readerOf(world);
  const ledger = ledgerOf(world);
  const { header } = ran.plan;
  return planRevert({
    id,
    run: ran.id,
    kept: ran.plan,
    before: was([]),
    rejected: [],
    reverts: [],
    definition,
    definitionDigest: header.definitionDigest,
    object: world.schema,
    reader,
    context: objectContext(reader, definition, world.schema, header.fields),
    fingerprint: header.fingerprint,
    ledger: { file: ledger.file, header: await ledger.header(), counts: await ledger.counts() },
    otherLedgers: world.others,
    planFile: path.join(world.folder, "plans", `${id}.duckdb`),
    scratch: path.join(world.folder, "scratch"),
    now: new Date("2026-11-23T13:00:00Z"),
    progress: () => undefined,
    ...ask,
  });
}

function was(all: readonly (readonly [number, PresentRecord | "absent"])[]): RevertInput["before"] {
  return {
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(all);
    },
  };
}

const sql = (rows: readonly string[]): string => model(["id | email | name", ...rows].join("\n"));

function holds(world: World): readonly string[] {
  return [...world.held.values()].map(({ email, name }) => `${String(email)} ${String(name)}`).sort();
}

function find(world: World, email: string): string {
  for (const [id, fields] of world.held) if (fields["email"] === email) return id;
  throw new Error(`nobody has ${email}`);
}

function change(world: World, email: string, fields: Readonly<Record<string, string>>): void {
  const id = find(world, email);
  world.held.set(id, { ...world.held.get(id), ...fields });
}

function remove(world: World, email: string): void {
  world.held.delete(find(world, email));
}

/** Another sync has sent the same records of the same object. */
async function claimedByAnother(world: World): Promise<void> {
  const { file, header } = ledgerOf(world);
  const { fingerprint, revision } = (await header()) as LedgerHeader;
  const copy = path.join(world.folder, "other.duckdb");
  await copyFile(file, copy);
  world.others.push({ sync: "other", file: copy, fingerprint, revision });
}

async function changePlan(world: World, statement: string): Promise<void> {
  const { openDuckDb } = await import("../../../src/warehouses/duckdb-driver");
  const db = await openDuckDb(path.join(world.folder, "plans", `plan-${world.plans}.duckdb`));
  try {
    await db.run(statement);
  } finally {
    db.close();
  }
}
