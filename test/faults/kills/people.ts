/** The model of every world, and what a destination must hold after a run of it: reckoned here, without Sluice. */
import { type Mode, type OnRemoved } from "../../../src/record";

export interface Person {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly title: string;
}

/** before → after: a quarter has another title, a quarter is gone, a quarter is new. later: some of each are gone too. */
export const phases = ["before", "after", "later"] as const;
export type Phase = (typeof phases)[number];

export function people(phase: Phase, size: number): readonly Person[] {
  const quarter = size / 4;
  if (phase === "before") return range(0, size).map((id) => person(id, ""));
  const after = [...range(0, 2 * quarter), ...range(3 * quarter, 5 * quarter)];
  const left = phase === "after" ? after : after.filter((id) => id % 5 !== 0);
  return left.map((id) => person(id, id < quarter ? " II" : ""));
}

export function person(id: number, more: string): Person {
  return { id, email: emailOf(id), name: `Name ${id}`, title: `Title ${id}${more}` };
}

export const emailOf = (id: number): string => `p${id}@x.io`;

/** Who is there before any run: some of the model, to be adopted, and some whom no row means. */
export function present(size: number): readonly Person[] {
  const quarter = size / 4;
  const adopted = [0, 1, quarter, 2 * quarter, 2 * quarter + 1, 3 * quarter, 4 * quarter];
  const strangers = [2 * size, 2 * size + 1, 2 * size + 2];
  return [...adopted, ...strangers].map((id) => ({ ...person(id, " there"), name: "Someone" }));
}

export interface Rules {
  readonly mode: Mode;
  readonly onRemoved?: OnRemoved;
  readonly on?: "new" | "changed";
}

/** What a destination holds: a line for each record or event. */
export type Held = ReadonlyMap<string, string>;

/** What must be there after a run over each of these models in turn. */
export function expected(rules: Rules, there: readonly Person[], models: readonly (readonly Person[])[]): Held {
  const held = new Map(there.map((one) => [one.email, line(one)]));
  const mine = new Map<number, { readonly created: boolean; readonly title: string }>();
  for (const rows of models) {
    for (const row of rows) take(row, rules, held, mine);
    if (rules.mode !== "mirror") continue;
    const left = new Set(rows.map(({ id }) => id));
    for (const [id, { created }] of mine) {
      if (left.has(id) || !created) continue;
      remove(emailOf(id), rules.onRemoved, held);
      mine.delete(id);
    }
  }
  return held;
}

type Mine = Map<number, { readonly created: boolean; readonly title: string }>;

function take(row: Person, { mode, on }: Rules, held: Map<string, string>, mine: Mine): void {
  const { id, email, title } = row;
  const known = mine.get(id);
  if (mode === "append") {
    if (known !== undefined && (on === "new" || known.title === title)) return;
    held.set(`${id} ${title}`, "once");
    mine.set(id, { created: true, title });
    return;
  }
  const isThere = held.has(email);
  if (mode === "insert" && isThere) return;
  if (mode === "update" && !isThere) return;
  held.set(email, line(row));
  mine.set(id, { created: known?.created ?? !isThere, title });
}

function remove(email: string, how: OnRemoved | undefined, held: Map<string, string>): void {
  if (how === "delete") held.delete(email);
  if (how === "archive") held.set(email, "archived");
  if (how === "clear") held.set(email, line({ name: "", title: "" }));
}

export function line({ name, title }: Pick<Person, "name" | "title">): string {
  return `${name} · ${title}`;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
