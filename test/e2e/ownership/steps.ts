/** What cases are made of: a sync that archives, its model, and what may happen to it. */
import { type SyncAsk, type Theirs, type World } from "./world";

export interface Case {
  /** Lines of the sync that are not the usual ones: a mirror that archives. */
  readonly sync?: SyncAsk["with"];
  readonly theirs?: Theirs;
  /** The model of the first run; default: `1 a Ace`, `2 b Boss`. */
  readonly first?: readonly string[] | "no run";
  /** What happens then; gives what the runs said. */
  readonly then: (world: World) => Promise<readonly string[]>;
  readonly says: readonly string[];
  /** Contacts, or rows of out.csv, in the end. */
  readonly held: readonly string[];
}

export const both = ["1 a Ace", "2 b Boss"];
export const clerk: Theirs = { contacts: [{ id: "77", email: "b@x.io", jobtitle: "Clerk", city: "Rome" }] };

/** Runs over these models, one after the other. */
export const models =
  (...all: readonly (readonly string[])[]) =>
  async (world: World): Promise<readonly string[]> => {
    const said: string[] = [];
    for (const people of all) {
      world.model(people);
      said.push(await world.run());
    }
    return said;
  };

/** Steps that each say something. */
export const steps =
  (...all: readonly ((world: World) => string | Promise<string>)[]) =>
  async (world: World): Promise<readonly string[]> => {
    const said: string[] = [];
    for (const step of all) said.push(await step(world));
    return said;
  };

export const run =
  (people?: readonly string[], options: Parameters<World["run"]>[0] = {}) =>
  (world: World): Promise<string> => {
    if (people !== undefined) world.model(people, options.sync);
    return world.run(options);
  };
export const change =
  (other: SyncAsk["with"]) =>
  (world: World): string => {
    world.sync({ with: { ...other } });
    return "changed";
  };
export const adopt = (world: World): Promise<string> => world.ledger("adopt");

export function modelWith(columns: string, key = "id"): string {
  return `{ sql: "select id, ${columns} from read_csv('NAME.csv', header = true, nullstr = '-', columns = {id: 'integer', name: 'varchar', title: 'varchar'})", key: ${key} }`;
}
