/** Does the ledger belong to this sync, and if there is none, what is to become of what the destination has? */
import { SyncFailure } from "../failure";
import { type Fingerprint, type LedgerHeader } from "../ledger/ledger";
import { type SyncDefinition } from "../sync/definition";
import { type FirstRun, type PlanOptions } from "./plan";

/** The first run's decision; undefined where there is a ledger, or nothing to decide. */
export function decideFirstRun(
  definition: SyncDefinition,
  header: LedgerHeader | undefined,
  { firstRun: asked, only }: Pick<PlanOptions, "firstRun" | "only">,
): FirstRun | undefined {
  if (header !== undefined) return undefined;
  if (asked === "baseline" && only !== undefined) {
    throw new SyncFailure(
      "first-run-unavailable",
      "A baseline of some keys would make all others look as if they had never been there.",
      "Take the baseline of the whole model, without --only.",
    );
  }
  if (definition.mode === "append" && asked === "adopt") {
    throw new SyncFailure(
      "first-run-unavailable",
      "Messages and events that were sent cannot be adopted.",
      "Decide for --first-run send or --first-run baseline.",
    );
  }
  if (asked !== undefined) return asked;
  if (definition.mode === "upsert" || definition.mode === "update") return undefined;
  throw new SyncFailure(
    "first-run-undecided",
    `There is no ledger of "${definition.name}" yet, so it is not known what the destination already has.`,
    "Decide with --first-run: send (every row is sent), adopt (what is there is taken over, differences are sent) or baseline (the model counts as sent, nothing is).",
  );
}

/** Throws SyncFailure "ledger-mismatch" that says what differs. */
export function checkFingerprint(
  header: LedgerHeader | undefined,
  present: Fingerprint,
  owner: { readonly sync: string; readonly target: string },
): void {
  if (header === undefined) return;
  if (header.sync !== owner.sync || header.target !== owner.target) {
    throw new SyncFailure(
      "ledger-mismatch",
      `The ledger's file was made for "${header.sync}" on ${header.target}, and lies where that of "${owner.sync}" on ${owner.target} belongs.`,
      "If it was copied, put it back. If it is meant, `sluice ledger adopt` makes it this sync's own.",
    );
  }
  const kept = header.fingerprint;
  const differences = [
    // Ledgers and plans of old versions do not say where their rows came from.
    kept.warehouse === undefined || present.warehouse === undefined
      ? ""
      : difference("warehouse", kept.warehouse, present.warehouse),
    difference("account", kept.account, present.account),
    difference("kind of connection", kept.connectionType, present.connectionType),
    difference("object", kept.object, present.object),
    difference("match", kept.match, present.match),
    difference("key", kept.key.join(", "), present.key.join(", ")),
  ].filter((text) => text !== "");
  if (differences.length === 0) return;
  throw new SyncFailure(
    "ledger-mismatch",
    `The ledger of "${header.sync}" belongs to something else: ${differences.join("; ")}.`,
    "Take the change back, or choose: `sluice ledger adopt` keeps the ledger for what is there now, and takes nothing of another account or object for this sync's own, `sluice ledger reset` starts anew, and after a renaming `sluice ledger move` brings the old one along.",
  );
}

function difference(what: string, kept: string | undefined, present: string | undefined): string {
  return kept === present ? "" : `its ${what} is ${kept ?? "none"}, now it is ${present ?? "none"}`;
}
