/**
 * What records held right before a run changed them: `before.jsonl` in the run's folder, on the disk before the first
 * request that changes them. And the plan that a run carried out, which is kept for as long as the run is.
 */
import { existsSync, promises as fs } from "node:fs";
import path from "node:path";
import { type Reader } from "../destinations/connection";
import { type ObjectContext, type PresentRecord } from "../destinations/destination";
import { type OutgoingChange } from "../record";
import { codeOf, diskFailure } from "./disk";
import { linesOf } from "./lines";

const planName = "plan.duckdb";
const beforeName = "before.jsonl";

/** Keeps a plan with its run. It is the same file under a second name, so that it takes no room of its own. */
export async function keepPlan(folder: string, planFile: string): Promise<void> {
  const kept = path.join(folder, planName);
  await fs.link(planFile, kept).catch(async (error: unknown) => {
    // Another disk, or one that knows no second names.
    if (codeOf(error) === "EEXIST") return;
    await fs.copyFile(planFile, kept).catch(refuse);
    await fs.chmod(kept, 0o600);
  });
}

/** The plan that the run in this folder carried out; undefined: it was not kept. */
export function keptPlan(folder: string): string | undefined {
  const kept = path.join(folder, planName);
  return existsSync(kept) ? kept : undefined;
}

/** Gives what reads the records that are about to be changed; it resolves once what they hold is on the disk. */
export function keepBefore(
  folder: string,
  reader: Pick<Reader, "read">,
  context: ObjectContext,
  signal: AbortSignal | undefined,
): (changes: readonly OutgoingChange[]) => Promise<void> {
  const fields = context.fields.map(({ name }) => name);
  const { match } = context;

  async function present(changes: readonly OutgoingChange[]) {
    const ids = changes.flatMap(({ remoteId }) => remoteId ?? []);
    const matches = changes.flatMap((change) => matchOf(change) ?? []);
    const ask = (by: string, values: readonly string[]): Promise<ReadonlyMap<string, PresentRecord>> =>
      values.length === 0
        ? Promise.resolve(new Map())
        : reader.read({ by, values: [...new Set(values)], fields }, context, signal);
    const [byId, byMatch] = await Promise.all([ask("id", ids), ask(match ?? "id", matches)]);
    return (change: OutgoingChange): PresentRecord | "absent" | undefined => {
      if (change.remoteId !== undefined) return byId.get(change.remoteId) ?? "absent";
      const value = matchOf(change);
      return value === undefined ? undefined : (byMatch.get(value) ?? "absent");
    };
  }

  function matchOf(change: OutgoingChange): string | undefined {
    return change.remoteId === undefined && match !== undefined ? change.match : undefined;
  }

  return async (changes) => {
    const of = await present(changes);
    const lines = changes.flatMap((change) => {
      const held = of(change);
      return held === undefined ? [] : [`${JSON.stringify([change.id, held])}\n`];
    });
    if (lines.length > 0) await append(path.join(folder, beforeName), lines.join("")).catch(refuse);
  };
}

async function append(file: string, text: string): Promise<void> {
  const handle = await fs.open(file, "a", 0o600);
  try {
    await handle.appendFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** By number of the change. A line that a crash cut short was never acted upon. */
export async function* beforeOf(
  folder: string,
): AsyncGenerator<readonly (readonly [change: number, held: PresentRecord | "absent"])[]> {
  let page: (readonly [number, PresentRecord | "absent"])[] = [];
  for await (const line of linesOf(path.join(folder, beforeName))) {
    page.push(JSON.parse(line) as readonly [number, PresentRecord | "absent"]);
    if (page.length < 1000) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function refuse(error: unknown): never {
  throw diskFailure(error, "The run's folder");
}
