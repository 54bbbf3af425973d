/** sluice ledger, release, forget */
import { type LedgerSummary, type SyncSummary } from "../calls/calls";
import { type RecordKey } from "../record";
import { type Context, json } from "./context";
import { count, type Paint, plural } from "./paint";

export const ledgerActions = ["show", "adopt", "reset", "move"] as const;
export type LedgerWord = (typeof ledgerActions)[number];

export async function ledgerCommand(
  context: Context,
  { action, from }: { readonly action: LedgerWord; readonly from?: string },
  syncs: readonly SyncSummary[],
  paint: Paint,
): Promise<void> {
  const place = await context.place();
  const ledgers: LedgerSummary[] = [];
  for (const sync of syncs)
    ledgers.push(
      await context.calls.ledger(place, { file: sync.file }, { action, ...(from === undefined ? {} : { from }) }),
    );
  if (context.format === "json") return context.print(json({ version: 1, command: "ledger", ledgers }));
  for (const ledger of ledgers) context.print(ledgerText(ledger, action, paint));
}

export async function settleCommand(
  context: Context,
  how: "release" | "forget",
  { sync, keys }: { readonly sync: SyncSummary; readonly keys: readonly RecordKey[] },
): Promise<void> {
  const records = await context.calls.settle(await context.place(), { file: sync.file }, { keys, how });
  const done = how === "release" ? "released" : "forgotten";
  context.print(
    context.format === "json" ? json({ version: 1, command: how, records }) : `${plural(records, "record")} ${done}.`,
  );
}

function ledgerText({ sync, target, file, header, counts }: LedgerSummary, action: LedgerWord, paint: Paint): string {
  const title = `${paint("bold", sync)}  ${paint("dim", `target ${target} · ${file}`)}`;
  if (action === "reset") return `${title}\n  The old ledger was put aside. The next run begins anew.`;
  if (header === undefined || counts === undefined) return `${title}\n  No ledger yet: nothing was ever sent.`;
  const { account, object, match, key } = header.fingerprint;
  const states = Object.entries(counts).flatMap(([state, rows]) => (rows > 0 ? [`${count(rows)} ${state}`] : []));
  return [
    title,
    `  ${states.length > 0 ? states.join("  ") : "no records"}`,
    paint(
      "dim",
      `  account ${account} · object ${object}${match === undefined ? "" : ` · match ${match}`} · key ${key.join(", ")} · revision ${header.revision}`,
    ),
  ].join("\n");
}
