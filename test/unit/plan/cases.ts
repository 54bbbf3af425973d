/** A table of small cases through one helper: a first model that is carried out, and what a second one plans. */
import assert from "node:assert/strict";
import { type ObjectSchema } from "../../../src/destinations/destination";
import { type SyncDefinition } from "../../../src/sync/definition";
import {
  type Ask,
  carryOut,
  changesOf,
  definitionOf,
  editLedger,
  inWorld,
  model,
  type PlanAsk,
  planIn,
  rejectionsOf,
  type World,
} from "./world";

export interface Case {
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

export function cases(table: Readonly<Record<string, Case>>): void {
  for (const [title, given] of Object.entries(table)) it(title, () => check(given));
}

export const lower: Partial<ObjectSchema> = {
  fields: [{ name: "email", type: "text", matchForm: "trimmed-lowercase" }],
};
export const people = { fields: { email: "email", name: "name" }, match: "email" } as const;

export const one = "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'";
export const mirror = { ...people, mode: "mirror", onRemoved: "delete" } as const;
/** Puts the row of a key into a state that a run did not leave it in. */
export const state =
  (name: string, key = "2") =>
  (world: World) =>
    editLedger(world, `update records set state = '${name}' where key = '${key}'`);
