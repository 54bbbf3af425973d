/**
 * The sandbox of a project's connection: the living one, whichever process serves it, or a new one in this process. Its
 * state lies in `.sluice/sandbox/<connection>.json`, its owner in `<connection>.host`.
 */
import { promises as fs } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Destination } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { makeSluiceFolder } from "../ledger/place";
import { claim, type HeldClaim, isAlive, readClaim } from "./claim";
import { startSandbox } from "./host";
import { type LoggedRequest } from "./request-log";
import { identityAt, watch } from "./visitor";

export interface SandboxAsk {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Name of the connection. */
  readonly connection: string;
  readonly destination: Destination;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onRequest?: (request: LoggedRequest) => void;
}

export interface SandboxHandle {
  /** Stays the same when another process takes over, as long as the port is free. */
  readonly url: string;
  /** Is it this process that serves it? */
  readonly own: boolean;
  /** The last release of a sandbox that this process serves saves its state and stops it. */
  release(): Promise<void>;
}

/** Throws SyncFailure: "no-sandbox", "sandbox-corrupted", "sandbox-busy". */
export async function sandboxFor(ask: SandboxAsk): Promise<SandboxHandle> {
  const root = await fs.realpath(ask.root);
  const key = JSON.stringify([root, ask.connection]);
  // Whoever asks while the last user is leaving waits for the state to be saved.
  const shared: Shared = opened.get(key) ?? {
    users: 0,
    held: (leaving.get(key) ?? Promise.resolve()).then(() => hold({ ...ask, root })),
  };
  opened.set(key, shared);
  shared.users++;
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    shared.users--;
    if (shared.users > 0) return;
    opened.delete(key);
    const going = shared.held.then((held) => held.leave());
    const gone = going.catch(() => undefined).then(() => void leaving.delete(key));
    leaving.set(key, gone);
    await going;
  };
  try {
    const held = await shared.held;
    return {
      get url() {
        return held.url();
      },
      get own() {
        return held.own();
      },
      release,
    };
  } catch (error) {
    if (opened.get(key) === shared) opened.delete(key);
    throw error;
  }
}

interface Shared {
  users: number;
  readonly held: Promise<Held>;
}
interface Held {
  url(): string;
  own(): boolean;
  leave(): Promise<void>;
}

/** By project and connection: users of one process share one host. */
const opened = new Map<string, Shared>();
const leaving = new Map<string, Promise<void>>();

/** Serves the sandbox or visits the process that does, and takes its place when it goes. */
async function hold(ask: SandboxAsk): Promise<Held> {
  let place = await settle(ask);
  let left = false;
  let following: Promise<void> = Promise.resolve();

  function follow(): void {
    if (place.kind === "own") return;
    void place.watching.gone.then(() => {
      // Where nobody can take over, the next request fails and says so.
      if (!left) following = settle(ask, portOf(place.url)).then(move, () => undefined);
    });
  }
  async function move(found: Place): Promise<void> {
    if (left) return depart(found);
    place = found;
    follow();
  }
  follow();
  return {
    url: () => place.url,
    own: () => place.kind === "own",
    async leave() {
      left = true;
      await following;
      await depart(place);
    },
  };
}

type Place =
  | { readonly kind: "own"; readonly url: string; stop(): Promise<void> }
  | { readonly kind: "visit"; readonly url: string; readonly watching: ReturnType<typeof watch> };

async function depart(place: Place): Promise<void> {
  if (place.kind === "own") await place.stop();
  else place.watching.end();
}

/** Finds the living host or becomes it, at `port` if that is free. */
async function settle(ask: SandboxAsk, port?: number): Promise<Place> {
  const folder = await sandboxFolder(ask.root);
  const name = encodeURIComponent(ask.connection);
  const file = path.join(folder, `${name}.host`);
  const started = performance.now();
  for (let absences = 0; performance.now() - started < patienceMs; await wait(pauseMs)) {
    const present = await readClaim(file);
    if (present !== undefined && isAlive(present.pid)) {
      if (present.url === undefined) continue;
      const asked = await identityAt(present.url);
      if (asked.kind === "sandbox" && asked.root === ask.root && asked.connection === ask.connection) {
        return { kind: "visit", url: present.url, watching: watch(present.url) };
      }
      // A silent process is busy and still the owner; an address where nobody is belongs to one that died, whose
      // number another process got since, or to one that is just leaving.
      if (asked.kind === "silent" || ++absences < absencesBelieved) continue;
    }
    const held = await claim(file, present);
    if (held !== undefined) {
      return serve(ask, { held, stateFile: path.join(folder, `${name}.json`), port: portOf(present?.url) ?? port });
    }
  }
  throw new SyncFailure(
    "sandbox-busy",
    `Another process holds the sandbox of "${ask.connection}" and does not answer.`,
    "End that process, or remove the connection's .host file from .sluice/sandbox.",
  );
}

interface Serving {
  readonly held: HeldClaim;
  readonly stateFile: string;
  readonly port: number | undefined;
}

async function serve(ask: SandboxAsk, { held, stateFile, port }: Serving): Promise<Place> {
  try {
    const { destination, now, onRequest, root, connection } = ask;
    const host = await startSandbox({
      destination,
      now,
      stateFile,
      identity: { root, connection },
      ...(onRequest === undefined ? {} : { onRequest }),
      ...(port === undefined ? {} : { port }),
    });
    await held.publish(host.url);
    return {
      kind: "own",
      url: host.url,
      async stop() {
        await host.stop();
        await held.release();
      },
    };
  } catch (error) {
    await held.release();
    throw error;
  }
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined || !URL.canParse(url) ? undefined : Number(new URL(url).port);
}

const patienceMs = 10_000;
const pauseMs = 50;
const absencesBelieved = 20;

/** `.sluice/sandbox`, owner only and ignored by git. */
async function sandboxFolder(root: string): Promise<string> {
  const folder = path.join(await makeSluiceFolder(root), "sandbox");
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
