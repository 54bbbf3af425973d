import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { type LedgerHeader } from "../../../src/ledger/ledger";
import { type SyncDefinition } from "../../../src/sync/definition";
import { type ObjectSchema } from "../../../src/destinations/destination";
import {
  type Ask,
  carryOut,
  changesOf,
  definitionOf,
  editLedger,
  inWorld,
  ledgerOf,
  model,
  type PlanAsk,
  planIn,
  rejectionsOf,
  type World,
} from "./world";

interface Case {
  readonly schema?: Partial<ObjectSchema>;
  readonly sync: Ask;
  /** Model of a first run that is carried out; absent: nothing was ever sent. */
  readonly first?: string;
  readonly firstAsk?: PlanAsk;
  readonly prepare?: (world: World, definition: SyncDefinition) => Promise<void> | void;
  readonly then: string;
  readonly ask?: PlanAsk;
  readonly changes?: readonly string[];
  readonly rejections?: readonly string[];
  readonly notices?: readonly string[];
  readonly counts?: Partial<Readonly<Record<string, number>>>;
}

/** Carry out a first model, then plan a second one. */
async function check(given: Case): Promise<void> {
  await inWorld(given.schema ?? {}, async (world) => {
    const definition = definitionOf(given.sync);
    if (given.first !== undefined) {
      await carryOut(
        world,
        await planIn(world, definition, model(given.first), given.firstAsk ?? { options: { firstRun: "send" } }),
      );
    }
    await given.prepare?.(world, definition);
    const stored = await planIn(world, definition, model(given.then), given.ask);
    assert.deepEqual(
      {
        changes: await changesOf(stored),
        rejections: await rejectionsOf(stored),
        notices: stored.header.notices.map(({ code }) => code),
        ...(given.counts === undefined ? {} : { counts: pick(stored.header.counts, given.counts) }),
      },
      {
        changes: given.changes ?? [],
        rejections: given.rejections ?? [],
        notices: given.notices ?? [],
        ...(given.counts === undefined ? {} : { counts: given.counts }),
      },
    );
  });
}

function pick(counts: object, wanted: object): object {
  return Object.fromEntries(Object.entries(counts).filter(([name]) => name in wanted));
}

function cases(table: Readonly<Record<string, Case>>): void {
  for (const [title, given] of Object.entries(table)) it(title, () => check(given));
}

const lower: Partial<ObjectSchema> = {
  fields: [{ name: "email", type: "text", matchForm: "trimmed-lowercase" }],
};
const people = { fields: { email: "email", name: "name" }, match: "email" } as const;

describe("plan: changes", () => {
  cases({
    "sends every row of a first run": {
      sync: people,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | null",
      changes: ["create 1 email=a@x.io name=Ann", "create 2 email=b@x.io name=null"],
      counts: { rows: 2, create: 2, unchanged: 0 },
    },
    "sends nothing when nothing changed": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      counts: { rows: 1, update: 0, unchanged: 1 },
    },
    "sends only the fields that changed, with their values before": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 1 name=Ann→Anna"],
      counts: { update: 1, unchanged: 1 },
    },
    "tells null from the empty text": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | ''\n 2 | 'b@x.io' | null",
      then: "id | email | name\n 1 | 'a@x.io' | null\n 2 | 'b@x.io' | ''",
      changes: ["update 1 name=→null", "update 2 name=null→"],
    },
    "takes no notice of a change of type": {
      sync: { fields: { n: "n" } },
      first: "id | n\n 1 | 10\n 2 | 20",
      then: "id | n\n '1' | '10'\n '2' | '21'",
      changes: ["update 2 n=20→21"],
      counts: { unchanged: 1 },
    },
    "keeps what is new in a mapping apart from what is null": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      prepare: (world) =>
        editLedger(world, `alter table records drop column "c:name"; alter table records drop column "s:name"`),
      then: "id | email | name\n 1 | 'a@x.io' | null",
      changes: ["update 1 name=null"],
    },
  });
});

describe("plan: rows that no record can be made of", () => {
  cases({
    "rejects a row without a key and every row of a key that comes twice": {
      sync: { fields: { name: "name" } },
      then: "id | name\n 1 | 'Ann'\n null | 'Bo'\n 2 | 'Cy'\n 2 | 'Di'",
      changes: ["create 1 name=Ann"],
      rejections: ["null model id null-key", "2 model id duplicate-key", "2 model id duplicate-key"],
      counts: { rows: 4, create: 1, rejected: 3 },
    },
    "names a composite key part by part": {
      sync: { fields: { name: "name" }, key: ["org", "id"] },
      then: "org | id | name\n 'a\"b' | 1 | 'Ann'\n 'c' | null | 'Bo'\n 'd' | 2 | 'Cy'\n 'd' | 2 | 'Di'",
      changes: [`create ["a\\"b","1"] name=Ann`],
      rejections: [`["c",null] model id null-key`, `["d",2] model - duplicate-key`, `["d",2] model - duplicate-key`],
    },
    "rejects a row without a match, and every row of a match that two keys share": {
      schema: lower,
      sync: people,
      then: "id | email | name\n 1 | ' A@x.io' | 'Ann'\n 2 | 'a@X.io' | 'Bo'\n 3 | null | 'Cy'\n 4 | '  ' | 'Di'\n 5 | 'e@x.io' | 'Ed'",
      changes: ["create 5 email=e@x.io name=Ed"],
      rejections: [
        "1 model email shared-match",
        "2 model email shared-match",
        "3 model email null-match",
        "4 model email null-match",
      ],
    },
    "rejects a value that the table of values does not know, but sends nothing for null": {
      sync: {
        fields: {
          stage: { values: { table: [{ from: "paid", to: "customer" }] } },
          grade: { values: { table: [{ from: "1", to: 10 }], default: 0 } },
        },
      },
      then: "id | stage | grade\n 1 | 'paid' | 1\n 2 | 'free' | 2\n 3 | null | 3",
      changes: ["create 1 stage=customer grade=10", "create 3 stage=null grade=0"],
      rejections: ["2 mapping stage no-matching-value"],
    },
    "rejects a value that the field's encoder refuses, and leaves other rows alone": {
      sync: { fields: { name: "name", title: "title" } },
      first: "id | name | title\n 1 | 'Ann' | 'x'\n 2 | 'Bo' | 'y'",
      then: "id | name | title\n 1 | 'Ann' | 'bad'\n 2 | 'Bo' | 'z'\n 3 | 'bad' | 'bad'",
      changes: ["update 2 title=y→z"],
      rejections: ["1 mapping title invalid-value", "3 mapping name invalid-value"],
    },
    "offers a rejected row again, and sends it once it is mended": {
      sync: { fields: { name: "name" } },
      first: "id | name\n 1 | 'bad'\n 2 | 'Bo'",
      then: "id | name\n 1 | 'Ann'\n 2 | 'Bo'",
      changes: ["create 1 name=Ann"],
    },
  });
});

describe("plan: fields", () => {
  cases({
    "sends no null where nulls are skipped, and takes none for a change": {
      sync: { fields: { a: "a", b: { nulls: "skip" } } },
      first: "id | a | b\n 1 | 'x' | 'y'\n 2 | 'x' | null",
      then: "id | a | b\n 1 | 'x' | null\n 2 | 'z' | null\n 3 | 'n' | null",
      changes: ["update 2 a=x→z", "create 3 a=n"],
      counts: { unchanged: 1 },
    },
    "writes a create_only field once": {
      sync: { ...people, mode: "insert", fields: { email: "email", name: { write: "create_only" } } },
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { unchanged: 1 },
    },
    "spares a create_only field of a record that is there already": {
      sync: { ...people, fields: { email: "email", name: { write: "create_only" } } },
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Theirs" }),
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { unchanged: 1 },
    },
    "fills a field only where it is empty": {
      sync: { ...people, fields: { email: "email", name: { write: "if_empty" } } },
      prepare: (world) => {
        world.held.set("r1", { email: "a@x.io", name: "Theirs" });
        world.held.set("r2", { email: "b@x.io", name: "" });
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 2 name=null→Bo"],
      counts: { unchanged: 1 },
    },
    "compiles constants, templates and expressions": {
      sync: {
        fields: {
          source: { source: { kind: "value", value: "sluice" } },
          full: { source: { kind: "template", parts: [{ column: "a" }, { text: " 'n\" " }, { column: "b" }] } },
          total: { source: { kind: "sql", sql: "b + 1 -- one more;" } },
        },
      },
      then: "id | a | b\n 1 | 'Ann' | 2\n 2 | null | null",
      changes: ["create 1 source=sluice full=Ann 'n\" 2 total=3", "create 2 source=sluice full= 'n\"  total=null"],
    },
    "sends the id that a lookup finds, and compares what it was found by": {
      sync: {
        fields: {
          company: { source: { kind: "lookup", object: "companies", by: "domain", column: "domain", missing: "null" } },
        },
      },
      first: "id | domain\n 1 | 'x.io'\n 2 | 'none.io'",
      firstAsk: {},
      prepare: (world) => void world.related.set("x.io", ["77"]).set("y.io", ["88"]),
      then: "id | domain\n 1 | 'y.io'\n 2 | 'none.io'\n 3 | 'x.io'",
      changes: ["update 1 company=null→88", "create 3 company=77"],
    },
    "rejects a lookup that finds nothing, or too much": {
      sync: {
        fields: {
          name: "name",
          company: {
            source: { kind: "lookup", object: "companies", by: "domain", column: "domain", missing: "reject" },
          },
        },
      },
      prepare: (world) => void world.related.set("x.io", ["77"]).set("two.io", ["1", "2"]),
      then: "id | name | domain\n 1 | 'a' | 'x.io'\n 2 | 'b' | 'no.io'\n 3 | 'c' | 'two.io'\n 4 | 'd' | null",
      changes: ["create 1 name=a company=77", "create 4 name=d company=null"],
      rejections: ["2 mapping company no-related-record", "3 mapping company ambiguous-lookup"],
    },
    "leaves a lookup out where a missing record is to be skipped": {
      sync: {
        fields: {
          name: "name",
          company: { source: { kind: "lookup", object: "companies", by: "domain", column: "domain", missing: "skip" } },
        },
      },
      first: "id | name | domain\n 1 | 'a' | 'no.io'",
      then: "id | name | domain\n 1 | 'a' | 'nope.io'\n 2 | 'b' | 'no.io'",
      changes: ["create 2 name=b"],
      counts: { unchanged: 1 },
    },
  });
});

const one = "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'";
const mirror = { ...people, mode: "mirror", onRemoved: "delete" } as const;

describe("plan: records that left the model", () => {
  cases({
    "are removed by a mirror": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      changes: ["delete 2"],
      counts: { delete: 1, unchanged: 1 },
    },
    "stay in every other mode": { sync: people, first: one, then: "id | email | name\n 1 | 'a@x.io' | 'Ann'" },
    "stay where the mirror keeps them": {
      sync: { ...mirror, onRemoved: "keep" },
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
    },
    "are cleared, but for match, create_only and required fields": {
      schema: { fields: [{ name: "must", type: "text", required: true }] },
      sync: {
        ...mirror,
        onRemoved: "clear",
        fields: { email: "email", name: "name", once: { write: "create_only" }, must: "must" },
      },
      first: "id | email | name | once | must\n 1 | 'a@x.io' | 'Ann' | 'o' | 'm'",
      then: "id | email | name | once | must",
      changes: ["delete 1 name=Ann→null"],
    },
    "stay when a row without a key could be one of them": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n null | 'b@x.io' | 'Bo'",
      rejections: ["null model id null-key"],
      notices: ["removals-withheld"],
    },
    "stay under scope: all when any row is rejected": {
      schema: { listable: true },
      sync: { ...mirror, scope: "all" },
      first: one,
      then: "id | email | name\n 3 | 'c@x.io' | 'bad'",
      rejections: ["3 mapping name invalid-value"],
      notices: ["removals-withheld"],
    },
    "are not those whose row was rejected": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | null | 'Bo'",
      rejections: ["2 model email null-match"],
    },
    "stay when this sync did not create them": {
      sync: mirror,
      prepare: (world) => editLedger(world, "update records set origin = 'adopted' where key = '2'"),
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      notices: ["adopted-stay"],
    },
    "are removed although adopted, where the sync says so": {
      sync: { ...mirror, removeAdopted: true },
      prepare: (world) => editLedger(world, "update records set origin = 'adopted' where key = '2'"),
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      changes: ["delete 2"],
    },
    "stay while a rejected row claims their match": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 3 | 'b@x.io' | 'x'\n 4 | 'b@x.io' | 'y'",
      rejections: ["3 model email shared-match", "4 model email shared-match"],
      notices: ["claimed-stay"],
    },
    "stay while another sync of the object claims them": {
      sync: mirror,
      first: one,
      prepare: async (world) => {
        const { file, header } = ledgerOf(world);
        const copy = `${world.folder}/other.duckdb`;
        await copyFile(file, copy);
        const { fingerprint } = (await header()) as LedgerHeader;
        world.others.push({ sync: "other", file: copy, fingerprint });
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      notices: ["claimed-stay"],
    },
    "send everything again when their key returns": {
      sync: mirror,
      first: one,
      prepare: async (world, definition) =>
        carryOut(world, await planIn(world, definition, model("id | email | name\n 1 | 'a@x.io' | 'Ann'"))),
      then: one,
      changes: ["create 2 email=b@x.io name=Bo"],
    },
    "are taken over by a new key with their match": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 3 | 'b@x.io' | 'Bob'",
      changes: ["update 3 name=Bo→Bob"],
      counts: { create: 0, delete: 0, update: 1 },
    },
    "are taken over without a word where nothing differs": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 3 | 'b@x.io' | 'Bo'",
      counts: { create: 0, delete: 0, update: 0, unchanged: 2 },
    },
  });
});

describe("plan: matches that change", () => {
  cases({
    "are sent to the record by its id": {
      sync: people,
      first: one,
      then: "id | email | name\n 1 | 'z@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 1 email=a@x.io→z@x.io"],
    },
    "are rejected where the id is not known": {
      sync: people,
      first: one,
      prepare: (world) => editLedger(world, "update records set remote_id = null where key = '1'"),
      then: "id | email | name\n 1 | 'z@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      rejections: ["1 model email match-changed-unknown-id"],
    },
    "are not given to a new row before the old one has let go": {
      sync: people,
      first: one,
      then: "id | email | name\n 1 | 'z@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'\n 3 | 'a@x.io' | 'Cy'",
      changes: ["update 1 email=a@x.io→z@x.io"],
      rejections: ["3 model email match-in-use"],
    },
  });
});

const state =
  (name: string, key = "2") =>
  (world: World) =>
    editLedger(world, `update records set state = '${name}' where key = '${key}'`);

describe("plan: rows that a run left open", () => {
  cases({
    "sends everything again where an answer never came": {
      sync: people,
      first: one,
      prepare: state("uncertain"),
      then: one,
      changes: ["update 2 email=b@x.io→b@x.io name=Bo→Bo"],
    },
    "removes a record of which it is uncertain": {
      sync: mirror,
      first: one,
      prepare: state("uncertain"),
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      changes: ["delete 2"],
    },
    "holds out what is in doubt, present or not": {
      sync: mirror,
      first: one,
      prepare: async (world) => {
        await state("doubt")(world);
        await state("doubt", "1")(world);
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'",
      counts: { held: 2, update: 0, delete: 0 },
    },
    "holds out what was reverted until its mapped values change": {
      sync: people,
      first: one,
      prepare: async (world) => {
        await state("held")(world);
        await state("held", "1")(world);
        await editLedger(world, `update records set "s:name" = 's:Old'`);
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 1 name=Old→Anna"],
      counts: { held: 1 },
    },
    "leaves what was skipped alone until the recheck is due": {
      sync: { ...people, mode: "update" },
      first: one,
      firstAsk: {},
      then: one,
      ask: { now: "2026-11-29T12:00:00Z" },
      counts: { held: 2, update: 0, skipped: 0 },
    },
    "looks at what was skipped again when it is due": {
      sync: { ...people, mode: "update" },
      first: one,
      firstAsk: {},
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Old" }),
      then: one,
      ask: { now: "2026-12-01T12:00:00Z" },
      changes: ["update 1 name=Old→Ann"],
      counts: { held: 0, skipped: 1 },
    },
  });
});

describe("plan: modes", () => {
  cases({
    "insert sends new rows only": {
      sync: { ...people, mode: "insert" },
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'\n 3 | 'c@x.io' | 'Cy'",
      changes: ["create 3 email=c@x.io name=Cy"],
      counts: { unchanged: 2 },
    },
    "insert leaves alone what exists": {
      sync: { ...people, mode: "insert" },
      prepare: (world) => void world.held.set("r1", { email: "a@x.io" }),
      then: one,
      ask: { options: { firstRun: "send" } },
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { skipped: 1 },
    },
    "update changes only what exists": {
      sync: { ...people, mode: "update" },
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Old" }),
      then: one,
      changes: ["update 1 name=Old→Ann"],
      counts: { skipped: 1 },
    },
    "append sends a row once": {
      sync: { fields: { name: "name" }, mode: "append" },
      first: "id | name\n 1 | 'Ann'",
      then: "id | name\n 1 | 'Anna'\n 2 | 'Bo'",
      changes: ["create 2 name=Bo"],
    },
    "append on changed sends a changed row again, whole": {
      sync: { fields: { name: "name", n: "n" }, mode: "append", on: "changed" },
      first: "id | name | n\n 1 | 'Ann' | 1\n 2 | 'Bo' | 2",
      then: "id | name | n\n 1 | 'Anna' | 1\n 2 | 'Bo' | 2",
      changes: ["create 1 name=Anna n=1"],
    },
  });
});

describe("plan: first runs", () => {
  const there = (world: World) =>
    void world.held.set("r1", { email: "a@x.io", name: "Old" }).set("r9", { email: "z@x.io" });
  cases({
    "adopt takes over what is there and sends the differences": {
      sync: mirror,
      prepare: there,
      then: one,
      ask: { options: { firstRun: "adopt" } },
      changes: ["update 1 name=Old→Ann", "create 2 email=b@x.io name=Bo"],
    },
    "adopt leaves an insert's existing records as they are": {
      sync: { ...people, mode: "insert" },
      prepare: there,
      then: one,
      ask: { options: { firstRun: "adopt" } },
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { unchanged: 1, skipped: 0 },
    },
    "baseline sends nothing, and only later changes after it": {
      sync: mirror,
      first: one,
      firstAsk: { options: { firstRun: "baseline" } },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'",
      changes: ["update 1 name=Anna"],
      notices: ["adopted-stay"],
    },
    "full compares nothing": {
      sync: people,
      first: one,
      then: one,
      ask: { options: { full: true } },
      changes: ["update 1 email=a@x.io→a@x.io name=Ann→Ann", "update 2 email=b@x.io→b@x.io name=Bo→Bo"],
    },
  });
});

describe("plan: reading back", () => {
  const ask: PlanAsk = { options: { readBack: "default" } };
  cases({
    "shows a create whose record exists as the update it will be": {
      sync: people,
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Old" }),
      then: one,
      ask,
      changes: ["update 1 name=Old→Ann", "create 2 email=b@x.io name=Bo"],
    },
    "drops an update that the destination has already": {
      sync: people,
      first: one,
      prepare: (world) => {
        for (const record of world.held.values()) if (record.name === "Ann") record.name = "Anna";
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      ask,
      counts: { update: 0, unchanged: 2 },
    },
    "tells which values someone else changed": {
      sync: people,
      first: one,
      prepare: (world) => {
        for (const record of world.held.values()) if (record.name === "Ann") record.name = "Theirs";
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      ask,
      changes: ["update 1 name=Theirs→Anna (drifted)"],
      notices: ["drift"],
    },
    "makes a record anew that someone else removed": {
      sync: people,
      first: one,
      prepare: (world) => {
        for (const [id, record] of world.held) if (record.name === "Ann") world.held.delete(id);
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      ask,
      changes: ["create 1 email=a@x.io name=Anna"],
    },
  });
});

describe("plan: filters", () => {
  cases({
    "only plans the changes of some keys, and says nothing of others": {
      sync: people,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | null | 'Bo'\n 3 | null | 'Cy'",
      ask: { options: { only: ["1", "2"] } },
      changes: ["create 1 email=a@x.io name=Ann"],
      rejections: ["2 model email null-match"],
    },
    "limit cuts changes, not the model": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bob'",
      ask: { options: { limit: 1 } },
      changes: ["update 1 name=Ann→Anna"],
    },
  });
});
