/** What runs left behind goes: by the project's retention after each run, or because someone asks. */
import { promises as fs } from "node:fs";
import path from "node:path";
import { SyncFailure } from "../failure";
import { type Retention, usualRetention } from "../project/project";
import { createRunStore } from "../run/store";
import { sweep, type Swept } from "../run/sweep";
import { type Place } from "./calls";
import { type Edges } from "./edges";
import { filesBelow, neededOf } from "./retention";
import { unknownRun } from "./unknown-run";
import { openWorkspace } from "./workspace";

export interface PurgeAsk {
  /** This run only, with all that it left: a full id, its beginning, or last. */
  readonly run?: string;
  /** Instead of the project's retention. */
  readonly olderThanDays?: number;
  /** Ledgers that `ledger reset` put aside go too. A ledger in use never does. */
  readonly ledgers: "keep" | "put aside";
  readonly doing: "look" | "remove";
}

export interface Purged extends Swept {
  /** Ledgers and journals that had been put aside, relative to the project. */
  readonly ledgers: readonly string[];
}

export async function purge({ edges }: { readonly edges: Edges }, place: Place, ask: PurgeAsk): Promise<Purged> {
  const { project } = await openWorkspace(place);
  const folder = path.join(project.root, ".sluice");
  const { olderThanDays: days, doing } = ask;
  const run = ask.run === undefined ? undefined : await createRunStore(folder).resolve(ask.run);
  if (ask.run !== undefined && run === undefined) throw unknownRun(ask.run);
  const keep: Retention =
    days === undefined
      ? (project.retention ?? usualRetention)
      : { runs: { days }, exchanges: { days }, plans: { days } };
  const now = edges.now();
  const needed = () => neededOf(project.root, edges);
  const swept = await sweep(folder, { keep, ...(run === undefined ? {} : { run }), now, doing, needed });
  const why = swept.kept[0];
  if (run !== undefined && swept.runs.length === 0 && why !== undefined) {
    throw new SyncFailure(
      "run-needed",
      `The run ${run} has to stay. ${why.reason}`,
      "Settle that first, then purge it.",
    );
  }
  const oldest = now - (days ?? 0) * 86_400_000;
  const aside = ask.ledgers === "put aside" ? await putAside(folder, oldest) : [];
  if (doing === "remove") for (const file of aside) await fs.rm(file, { force: true });
  return { ...swept, ledgers: aside.map((file) => path.relative(project.root, file).split(path.sep).join("/")) };
}

/** Put aside before `oldest`: the time is in the name. */
async function putAside(folder: string, oldest: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of ["ledger", "journal"]) {
    for (const file of await filesBelow(path.join(folder, part), /\.\d{8}-\d{6}[\w-]*\.old$/)) {
      const [, date = "", time = ""] = /\.(\d{8})-(\d{6})[\w-]*\.old$/.exec(file) ?? [];
      const iso = `${date}${time}`.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z");
      if (Date.parse(iso) < oldest) found.push(file);
    }
  }
  return found;
}
