import assert from "node:assert/strict";
import { type SyncDefinition } from "../../../src/sync/definition";
import { type ObjectSchema } from "../../../src/destinations/destination";
import {
  type Ask,
  carryOut,
  changesOf,
  definitionOf,
  inWorld,
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
      prepare: async (world) => {
        const { editLedger } = await import("./world");
        await editLedger(world, `alter table records drop column "c:name"; alter table records drop column "s:name"`);
      },
      then: "id | email | name\n 1 | 'a@x.io' | null",
      changes: ["update 1 name=null"],
    },
  });
});
