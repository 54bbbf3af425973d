import assert from "node:assert/strict";
import { type Reader } from "../../../src/destinations/connection";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { objectContext } from "../../../src/plan/fields";
import { type StoredPlan } from "../../../src/plan/plan";
import { type Verification } from "../../../src/run/report";
import { verify } from "../../../src/run/verify";
import {
  carryOut,
  definitionOf,
  editLedger,
  inWorld,
  ledgerOf,
  model,
  planIn,
  readerOf,
  type World,
} from "../plan/world";

const definition = definitionOf({
  fields: { email: "email", name: "name" },
  match: "email",
  mode: "mirror",
  onRemoved: "archive",
});
const ada = "1 | 'a@x.io' | 'Ada'";
const bob = "2 | 'b@x.io' | 'Bob'";
const sql = (rows: readonly string[]): string => model(["id | email | name", ...rows].join("\n"));

interface Case {
  readonly runs: readonly (readonly string[])[];
  /** What happens between the last run and the look at it. */
  readonly then?: (world: World) => void | Promise<void>;
  /** What the first looks find instead of what is there. */
  readonly late?: (world: World) => Partial<Reader>;
  readonly found: string;
  readonly pauses: readonly number[];
}

const all = [500, 2_000, 5_000];
const cases: Readonly<Record<string, Case>> = {
  "what is as it was written": { runs: [[], [ada, bob]], found: "2 verified", pauses: [] },
  "another value, once it has had time to appear": {
    runs: [[], [ada, bob]],
    then: (world) => change(world, "b@x.io", "Bert"),
    found: "1 verified 1 mismatched: 2 name not-as-written",
    pauses: all,
  },
  "a record that is gone": {
    runs: [[], [ada]],
    then: (world) => world.held.clear(),
    found: "1 mismatched: 1 - not-found",
    pauses: all,
  },
  "a removed record that is still there": {
    runs: [[ada, bob], [ada]],
    then: (world) => void world.held.set("2 of 1", { email: "b@x.io" }),
    found: "1 mismatched: 2 - not-removed",
    pauses: all,
  },
  "a removed record that is gone": { runs: [[ada, bob], [ada]], found: "1 verified", pauses: [] },
  "only what the run wrote": {
    runs: [
      [ada, bob],
      [ada, "2 | 'b@x.io' | 'Bert'"],
    ],
    then: (world) => change(world, "a@x.io", "Somebody"),
    found: "1 verified",
    pauses: [],
  },
  "only fields that were written": {
    runs: [[bob], ["2 | 'b@x.io' | 'Bert'"]],
    then: (world) => void world.held.set("2 of 0", { email: "other@x.io", name: "Bert" }),
    found: "1 verified",
    pauses: [],
  },
  "nothing whose answer never came": {
    runs: [[], [ada]],
    then: (world) => editLedger(world, "update records set state = 'uncertain'"),
    found: "",
    pauses: [],
  },
  "a write that shows late": {
    runs: [[], [ada, bob]],
    late(world) {
      let looks = 0;
      const { read } = readerOf(world);
      return {
        read: (ask, ...rest) => ((looks += 1) <= 2 ? Promise.resolve(new Map()) : read(ask, ...rest)),
      };
    },
    found: "2 verified",
    pauses: [500, 2_000],
  },
  "a destination that fails meanwhile": {
    runs: [[], [ada, bob]],
    late: () => ({ read: () => Promise.reject(new SyncFailure("down", "It is down.", "Wait.")) }),
    found: "2 unverifiable (It is down. Wait.)",
    pauses: [],
  },
  "a cancel": {
    runs: [[], [ada]],
    late: () => ({ read: () => Promise.reject(new Cancelled()) }),
    found: "1 unverifiable (It was cancelled.)",
    pauses: [],
  },
};

describe("reading back what a run wrote", () => {
  for (const [name, one] of Object.entries(cases)) {
    for (const values of [true, false]) {
      it(`finds ${name}${values ? "" : ", where the ledger keeps hashes"}`, () =>
        inWorld({}, async (world) => {
          world.values = values;
          const plan = await runs(world, one.runs);
          await one.then?.(world);
          const { found, pauses } = await verified(world, plan, { ...readerOf(world), ...one.late?.(world) });
          assert.equal(found, one.found);
          assert.deepEqual(pauses, one.pauses);
        }));
    }
  }

  it("says so where the destination cannot be read", () =>
    inWorld({ readable: false }, async (world) => {
      const plan = await runs(world, [[], [ada, bob]]);
      const { found } = await verified(world, plan, readerOf(world));
      assert.equal(found, "2 unverifiable (Memory cannot be read back.)");
      assert.equal(world.asked.length, 0);
    }));
});

async function runs(world: World, all: readonly (readonly string[])[]): Promise<StoredPlan> {
  let last: StoredPlan | undefined;
  for (const rows of all) {
    last = await planIn(world, definition, sql(rows), { options: { readBack: "none", firstRun: "send" } });
    await carryOut(world, last);
  }
  if (last === undefined) throw new Error("nothing ran");
  return last;
}

async function verified(world: World, plan: StoredPlan, reader: Reader) {
  const pauses: number[] = [];
  const differences: string[] = [];
  const ledger = ledgerOf(world);
  const result = await verify({
    run: `run of ${plan.header.id}`,
    plan,
    ledger: { file: ledger.file, hashed: !world.values },
    reader,
    context: objectContext(reader, definition, world.schema, plan.header.fields),
    onRemoved: "archive",
    clock: {
      now: () => 0,
      wait(ms) {
        pauses.push(ms);
        return Promise.resolve();
      },
    },
    differs({ key, field, code }) {
      differences.push(`${JSON.stringify(key)} ${field ?? "-"} ${code}`);
      return Promise.resolve();
    },
  });
  return { pauses, found: [counts(result), ...differences].join(": ") };
}

function counts(result: Verification): string {
  const said = (["verified", "mismatched", "unverifiable"] as const)
    .filter((name) => result[name] > 0)
    .map((name) => `${result[name]} ${name}`);
  return [...said, ...(result.why === undefined ? [] : [`(${result.why})`])].join(" ");
}

function change(world: World, email: string, name: string): void {
  for (const [id, fields] of world.held) if (fields["email"] === email) world.held.set(id, { ...fields, name });
}
