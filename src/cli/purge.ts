/** sluice purge */
import { type Purged, type PurgeAsk } from "../calls/purging";
import { SyncFailure } from "../failure";
import { type Context, json } from "./context";
import { count, plural } from "./paint";
import { type Asking } from "./run";

export interface PurgeArguments extends Pick<PurgeAsk, "run" | "olderThanDays" | "ledgers"> {
  /** Show what would go; remove nothing. */
  readonly dryRun: boolean;
  /** Do not ask. */
  readonly yes: boolean;
}

/** Says what would go, asks, and takes away exactly that: what is gone cannot be had back. */
export async function purgeCommand(
  context: Context,
  { dryRun, yes, ...what }: PurgeArguments,
  { question }: Asking,
): Promise<void> {
  const place = await context.place();
  const found = await context.calls.purge(place, { ...what, doing: "look" });
  if (dryRun || isNothing(found)) return show(context, found, "look");
  if (!yes) {
    if (question === undefined) {
      throw new SyncFailure(
        "confirmation-needed",
        "A purge asks for confirmation before it removes anything.",
        "Run it in a terminal, add --yes, or look at it with --dry-run.",
      );
    }
    context.note(textOf(found, "look"));
    if ((await question("Type purge to remove that for good: ")).trim() !== "purge") {
      context.note("Nothing was removed.");
      context.exit.add("cancelled");
      return;
    }
  }
  show(context, await context.calls.purge(place, { ...what, doing: "remove" }), "remove");
}

function show(context: Context, purged: Purged, doing: PurgeAsk["doing"]): void {
  context.print(
    context.format === "json"
      ? json({ version: 1, command: "purge", removed: doing === "remove", ...purged })
      : textOf(purged, doing),
  );
}

function isNothing({ runs, exchanges, plans, ledgers }: Purged): boolean {
  return runs.length + exchanges.length + plans.length + ledgers.length === 0;
}

function textOf(purged: Purged, doing: PurgeAsk["doing"]): string {
  const { runs, exchanges, plans, ledgers, bytes, kept } = purged;
  const parts = [
    ...(runs.length > 0 ? [plural(runs.length, "run")] : []),
    ...(exchanges.length > 0 ? [`the requests and responses of ${plural(exchanges.length, "run")}`] : []),
    ...(plans.length > 0 ? [plural(plans.length, "plan")] : []),
    ...(ledgers.length > 0 ? [plural(ledgers.length, "file")].map((text) => `${text} of ledgers put aside`) : []),
  ];
  const said = doing === "remove" ? "Removed" : "Would remove";
  return [
    parts.length === 0 ? "There is nothing to remove." : `${said} ${parts.join(", ")}: ${sizeText(bytes)}.`,
    ...runs.map((id) => `  run ${id}`),
    ...ledgers.map((file) => `  ${file}`),
    ...kept.map(({ run, reason }) => `Kept run ${run}. ${reason}`),
    "No ledger in use was touched.",
  ].join("\n");
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${count(Math.ceil(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
