/**
 * Who in this process has a database file open. File locks keep other processes apart but not two instances within
 * one process, and closing any handle of a file gives up all of the process's locks on it (POSIX fcntl). So a writer
 * is alone, and of several readers none lets go before the last is done.
 */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export interface Claim {
  /** Give the claim up. `close` releases the handle; it is put off while other readers of the file remain. */
  leave(close: () => void | Promise<void>): Promise<void>;
}

interface FileUse {
  users: number;
  writing: boolean;
  closing: boolean;
  readonly departed: (() => void | Promise<void>)[];
  readonly waiting: (() => void)[];
}

const uses = new Map<string, FileUse>();

/** Wait for a turn on the file. undefined: others held it until `until` came. */
export async function claimFile(
  file: string,
  mode: "read" | "write",
  until: Promise<unknown>,
): Promise<Claim | undefined> {
  const id = identityOf(file);
  let late = false;
  for (;;) {
    const use = uses.get(id) ?? { users: 0, writing: false, closing: false, departed: [], waiting: [] };
    uses.set(id, use);
    if (!use.closing && !use.writing && (mode === "read" || use.users === 0)) {
      use.users += 1;
      use.writing = mode === "write";
      return { leave: (close) => leave(id, use, close) };
    }
    if (late) return undefined;
    await Promise.race([
      new Promise<void>((wake) => use.waiting.push(wake)),
      until.then(() => {
        late = true;
      }),
    ]);
  }
}

function leave(id: string, use: FileUse, close: () => void | Promise<void>): Promise<void> {
  use.users -= 1;
  use.departed.push(close);
  if (use.users > 0) return Promise.resolve();
  use.closing = true;
  const pending = use.departed.splice(0).flatMap((each) => each() ?? []);
  const finish = (): void => {
    uses.delete(id);
    for (const wake of use.waiting.splice(0)) wake();
  };
  if (pending.length > 0) return Promise.allSettled(pending).then(finish);
  finish();
  return Promise.resolve();
}

/** One identity however the path is written; the file itself may not exist yet. */
function identityOf(file: string): string {
  const path = resolve(file);
  try {
    return realpathSync.native(path);
  } catch {
    try {
      return join(realpathSync.native(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}
