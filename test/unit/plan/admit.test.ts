import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { type FieldSchema, type ObjectSchema } from "../../../src/destinations/destination";
import { SyncFailure } from "../../../src/failure";
import { type LedgerHeader } from "../../../src/ledger/ledger";
import { admit, type Present } from "../../../src/plan/admit";
import { type StoredPlan } from "../../../src/plan/plan";
import { openPlan } from "../../../src/plan/store";
import { openDuckDb } from "../../../src/warehouses/duckdb-driver";
import { mirror, one } from "./cases";
import { carryOut, definitionOf, inWorld, ledgerOf, model, planIn, type World } from "./world";

const definition = definitionOf({ ...mirror, guards: { maxRemoved: { share: 1 } } });
const left = "id | email | name\n 1 | 'a@x.io' | 'Ann'";

/** The object's fields as the snapshot has them. */
const email = { name: "email", type: "text", unique: true } as const;
const name = { name: "name", type: "text" } as const;
const known: ObjectSchema = {
  name: "contacts",
  modes: ["mirror"],
  removals: ["delete"],
  fields: [email, name],
  match: "optional",
  readable: true,
};

/** What is done to a plan that removes record 2 of two, and what is other than when it was made. */
type Work = (file: string) => Promise<Partial<Present> | undefined>;

/** Change the plan's file by hand. */
const edit =
  (...statements: readonly string[]) =>
  async (file: string): Promise<undefined> => {
    const db = await openDuckDb(file);
    try {
      for (const sql of statements) await db.run(sql);
    } finally {
      db.close();
    }
  };
const given = (present: Partial<Present>) => () => Promise.resolve(present);
/** The destination says that these are its fields. */
const fields = (...now: readonly FieldSchema[]): Work => given({ fields: () => Promise.resolve(now) });
const inHeader = (from: string, to: string) => `update header set json = replace(json, '${from}', '${to}')`;
const sealed = "update header set seal = sha256(json)";

describe("plan: admission to a run", () => {
  let world: World;
  let made: StoredPlan;
  let end: () => void;
  let over: Promise<void>;

  before(
    () =>
      new Promise<void>((ready, failed) => {
        over = inWorld({}, async (open) => {
          world = open;
          await carryOut(world, await planIn(world, definition, model(one), { options: { firstRun: "send" } }));
          made = await planIn(world, definition, model(left));
          ready();
          await new Promise<void>((resolve) => (end = resolve));
        });
        over.catch(failed);
      }),
  );
  after(() => {
    end();
    return over;
  });

  /** The codes it is refused with, or the guards that trip. */
  async function admission(work: Work): Promise<string | readonly string[]> {
    const file = path.join(world.folder, "altered.duckdb");
    await copyFile(made.file, file);
    const present: Present = {
      definition,
      definitionDigest: made.header.definitionDigest,
      target: "default",
      ledger: await ledgerOf(world).header(),
      claims: {},
      account: () => Promise.resolve({ account: "sandbox", label: "the sandbox" }),
      object: known,
      fields: () => Promise.resolve(undefined),
      now: new Date("2026-11-23T12:00:00Z"),
      ...(await work(file)),
    };
    try {
      const { guards } = (await admit(await openPlan(file), present)).header;
      return guards.filter(({ tripped }) => tripped).map(({ name }) => name);
    } catch (error) {
      if (error instanceof SyncFailure) return error.code;
      throw error;
    }
  }

  const table: Readonly<Record<string, readonly [Work, string | readonly string[]]>> = {
    "lets a plan through as it was made": [given({}), []],
    "lets it through by its own digest's approval": [
      async (file) => ({ approved: (await openPlan(file)).header.digest }),
      [],
    ],
    "refuses what was not approved": [given({ approved: "0".repeat(64) }), "definition-changed"],
    "refuses a change that was added": [edit("insert into changes select * from changes"), "plan-altered"],
    "refuses a change that was turned into another": [edit("update changes set key = '1'"), "plan-altered"],
    "refuses another remote id": [edit("update changes set remote_id = 'theirs'"), "plan-altered"],
    "refuses a change that was taken out": [edit("delete from changes"), "plan-altered"],
    "refuses a note that was added": [
      edit("insert into notes by name select *, 'live' as state from changes"),
      "plan-altered",
    ],
    "refuses a younger date": [edit(inHeader("2026-11-23T12", "2026-11-24T12")), "plan-altered"],
    "refuses numbers that make a guard hold, even sealed anew": [
      edit(inHeader('"removals":1', '"removals":0'), sealed),
      "plan-altered",
    ],
    "refuses another account's name, even sealed anew": [
      edit(inHeader('"account":"sandbox"', '"account":"9"'), sealed),
      "plan-altered",
    ],
    "refuses a file without its tables": [edit("drop table changes"), "plan-altered"],
    "does not take the plan's word for its guards": [
      given({ definition: { ...definition, guards: { maxRemoved: { records: 0 } } } }),
      ["max_removed"],
    ],
    "wants a limit of removals stated": [given({ definition: { ...definition, guards: {} } }), ["max_removed"]],
    "refuses another definition": [given({ definitionDigest: "0".repeat(64) }), "definition-changed"],
    "refuses another sync": [given({ definition: { ...definition, name: "leads" } }), "plan-mismatch"],
    "refuses another target": [given({ target: "prod" }), "plan-mismatch"],
    "refuses a plan of yesterday": [given({ now: new Date("2026-11-24T12:00:01Z") }), "plan-expired"],
    "refuses a plan of tomorrow": [given({ now: new Date("2026-11-22T12:00:00Z") }), "plan-expired"],
    "refuses other credentials": [
      given({ account: () => Promise.resolve({ account: "2", label: "Two" }) }),
      "ledger-mismatch",
    ],
    "lets it through where all fields are as they were": [fields(email, name), []],
    "refuses a field that is gone": [fields(email), "field-gone"],
    "refuses a field that cannot be written any more": [fields(email, { ...name, readOnly: true }), "field-read-only"],
    "refuses a match that is not unique any more": [fields({ ...email, unique: false }, name), "match-not-unique"],
    "asks for no fields where a guard stops it anyway": [
      given({
        definition: { ...definition, guards: {} },
        fields: () => Promise.reject(new Error("asked for fields")),
      }),
      ["max_removed"],
    ],
    "refuses where the ledger is gone": [given({ ledger: undefined }), "plan-outdated"],
    "refuses where another project's ledger lies": [
      async () => ({ ledger: { ...((await ledgerOf(world).header()) as LedgerHeader), id: "another" } }),
      "plan-outdated",
    ],
    "refuses to remove once another sync of the object has run": [given({ claims: { leads: 4 } }), "plan-outdated"],
    // It moves the ledger: the last.
    "refuses what was carried out already": [
      async (file) => {
        await carryOut(world, await openPlan(file));
        return { ledger: await ledgerOf(world).header() };
      },
      "plan-outdated",
    ],
  };
  for (const [title, [work, expected]] of Object.entries(table)) {
    it(title, async () => assert.deepEqual(await admission(work), expected));
  }
});
