/**
 * The ledgers of a project's other syncs. A command that plans a thousand syncs asks after them a thousand times, so
 * that a ledger's file is opened again only when it changed.
 */
import { type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { SyncFailure } from "../failure";
import { type LedgerHeader } from "../ledger/ledger";
import { openLocalLedger } from "../ledger/local";
import { fileName } from "../ledger/place";

export interface Neighbours {
  /** Ledgers in this folder, of syncs with these names, but for one's own. */
  of(folder: string, names: Iterable<string>, own: string): Promise<readonly Neighbour[]>;
  /** Ledgers in this folder that belong to none of these names. One that cannot be read has no header. */
  orphans(folder: string, names: Iterable<string>): Promise<readonly LedgerHeader[]>;
}

export interface Neighbour {
  readonly sync: string;
  readonly file: string;
  readonly header: LedgerHeader;
}

export function keepNeighbours(now: () => number): Neighbours {
  const known = new Map<string, { readonly version: string; readonly header: LedgerHeader | undefined }>();

  async function headerOf(file: string): Promise<LedgerHeader | undefined> {
    const version = versionOf(await stat(file).catch(ignoreGone));
    const before = known.get(file);
    if (before !== undefined && before.version === version) return before.header;
    const header = await openLocalLedger({ file, lockFile: "", now }).header();
    if (version !== undefined) known.set(file, { version, header });
    return header;
  }

  return {
    async of(folder, names, own) {
      const present = new Set(await ledgersIn(folder));
      const found: Neighbour[] = [];
      for (const sync of new Set(names)) {
        const name = ledgerNamed(sync);
        if (sync === own || !present.has(name)) continue;
        const file = path.join(folder, name);
        const header = await headerOf(file);
        if (header !== undefined) found.push({ sync, file, header });
      }
      return found;
    },
    async orphans(folder, names) {
      const taken = new Set([...names].map(ledgerNamed));
      const found: LedgerHeader[] = [];
      for (const name of (await ledgersIn(folder)).filter((one) => !taken.has(one))) {
        const header = await headerOf(path.join(folder, name)).catch(ignoreUnreadable);
        if (header !== undefined) found.push(header);
      }
      return found;
    },
  };
}

const ledgerNamed = (sync: string): string => `${fileName(sync)}.duckdb`;

async function ledgersIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(ignoreGone)) ?? [];
  return names.filter((name) => name.endsWith(".duckdb"));
}

function versionOf(found: Stats | undefined): string | undefined {
  return found === undefined ? undefined : [found.mtimeMs, found.ctimeMs, found.size, found.ino].join(" ");
}

function ignoreGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}

/** A file that cannot be read says nothing of another sync and does not stand in its way. */
function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof SyncFailure)) throw error;
  return undefined;
}
