/** Runs that ended in the middle: their journal has windows that no ledger took in, and nobody is at work on it. */
import { journalFile, ledgerLock } from "../ledger/place";
import { isHeld } from "../ledger/lock";
import { peekJournal } from "../run/journal";
import { type Place, type UnfinishedRun } from "./calls";
import { loadSyncs, openWorkspace } from "./workspace";

/** Of every target. Reads only; the next plan or run recovers. */
export async function unfinishedRuns({ root }: Place): Promise<readonly UnfinishedRun[]> {
  const { project, targets } = await openWorkspace({ root });
  const found: UnfinishedRun[] = [];
  for (const { file, parsed } of await loadSyncs(root)) {
    const sync = parsed.definition?.name;
    if (sync === undefined) continue;
    for (const target of new Set([project.target, ...targets])) {
      const windows = await peekJournal(journalFile(root, target, sync));
      if (windows.length === 0 || (await isHeld(ledgerLock(root, target, sync)))) continue;
      const unanswered = windows.reduce((sum, { changes, outcomes }) => sum + changes.length - outcomes.length, 0);
      found.push({ sync, file, target, runs: [...new Set(windows.map(({ run }) => run))], unanswered });
    }
  }
  return found;
}
