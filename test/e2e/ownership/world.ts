/** A project, a HubSpot account to write into, and a file: whose records are whose is told from outside, without Sluice. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Calls, type Place, ProblemsFound, type RunOptions } from "../../../src/calls/calls";
import { createSession } from "../../../src/calls/session";
import { terminalEdges } from "../../../src/cli/edges";
import { hubspot } from "../../../src/destinations/hubspot";
import { SyncFailure } from "../../../src/failure";
import { type RunReport } from "../../../src/run/report";
import { type SandboxHost, startSandbox } from "../../../src/sandbox/host";
import { type Json } from "../../../src/value";
import { temporaryFolder } from "../../support/temporary.mjs";

/** `1 a Ace`: id, the e-mail's name, title; `-` is NULL. */
export type Person = string;

export interface World {
  readonly root: string;
  readonly calls: Calls;
  /** The account that the connection leads to. */
  readonly account: SandboxHost;
  /** What the model of the sync of this name returns from now on; the first sync is `people`. */
  model(people: readonly Person[], sync?: string): void;
  /** Writes `<name>.sync.yaml`, as `mirror` unless said otherwise. */
  sync(ask?: SyncAsk): void;
  /** "1 created 1 deleted", "" for nothing to do, else what stopped it: "guarded max_removed", "stopped ledger-mismatch". */
  run(options?: RunOptions & { readonly sync?: string; readonly target?: string }): Promise<string>;
  /** The latest run again, for what it rejected. */
  retry(): Promise<string>;
  /** What the last run that was stopped told, with its remedy. */
  told(): string;
  /** Requests that may have changed something. */
  writes(): number;
  ledger(action: "adopt" | "reset" | "move", ask?: { readonly sync?: string; readonly from?: string }): Promise<string>;
  /** Contacts as somebody else sees them: "b@x.io Boss", those in the bin as "archived b@x.io Boss". */
  held(object?: string): readonly string[];
  /** Lines of the file that the connection `files` writes, but for the head. */
  rows(file: string): readonly string[];
  write(file: string, text: string): void;
  /** The next writes are applied, and nobody hears of it. */
  losesAnswers(): void;
  /** A request of somebody else's program. */
  api(method: string, path: string, body?: unknown): Promise<Json>;
  /** Path of a file below .sluice. */
  kept(...names: readonly string[]): string;
  /** From now on the connection leads to another account, which holds these contacts and companies. */
  swapAccount(portal: number, theirs: Theirs): Promise<void>;
  close(): Promise<void>;
}

export interface SyncAsk {
  readonly name?: string;
  /** Lines in place of those of the usual sync, by their key. */
  readonly with?: Readonly<Record<string, string | undefined>>;
  readonly file?: string;
}

/** Records that are there before anything is synced. */
export interface Theirs {
  readonly contacts?: readonly Readonly<Record<string, string>>[];
  readonly companies?: readonly Readonly<Record<string, string>>[];
}

export const usual = {
  model:
    "{ sql: \"select id, name || '@x.io' as email, title from read_csv('NAME.csv', header = true, nullstr = '-', columns = {id: 'integer', name: 'varchar', title: 'varchar'})\", key: id }",
  destination: "{ connection: hubspot, object: contacts, match: email }",
  mode: "mirror",
  on_removed: "archive",
  fields: "{ email: email, jobtitle: title }",
  guards: "{ max_removed: 100% }",
} as const;

/** In every account: a contact that no row ever means. */
export const stranger = { id: "99", email: "stranger@x.io", jobtitle: "Stranger", city: "Bern" } as const;

let described: Promise<string> | undefined;

export async function openWorld(theirs: Theirs = {}): Promise<World> {
  const root = temporaryFolder("ownership");
  const hosts: SandboxHost[] = [];
  const begin = async (portalId: number, held: Theirs): Promise<SandboxHost> => {
    const host = await startSandbox({ destination: hubspot, now: Date.now });
    hosts.push(host);
    host.seed({
      portalId,
      nextId: 20_000 * portalId + 1,
      records: recordsOf({ ...held, contacts: [stranger, ...(held.contacts ?? [])] }),
    });
    write("sluice.yaml", projectFile(host.url));
    return host;
  };
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  let account = await begin(1, theirs);
  const edges = {
    ...terminalEdges(() => "error"),
    wait: () => Promise.resolve(),
    secrets: () => Promise.resolve({ secret: () => Promise.resolve("a-token"), env: () => undefined }),
  };
  const session = createSession(edges);
  const { calls } = session;
  const place = (target?: string): Place => (target === undefined ? { root } : { root, target });
  // The same in every world.
  described ??= calls
    .describe({ root }, { connection: "hubspot" })
    .then(() => readFileSync(path.join(root, "schema/hubspot.json"), "utf8"));
  write("schema/hubspot.json", await described);

  let told = "";
  /** What a run says, or what stopped it. */
  async function said(work: () => Promise<string>): Promise<string> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SyncFailure) {
        told = `${error.message} ${error.hint}`;
        return `stopped ${error.code}`;
      }
      if (!(error instanceof ProblemsFound)) throw error;
      told = error.problems.map(({ message, line }) => `${line}: ${message}`).join(" ");
      return `problems ${error.problems.map(({ code }) => code).join(" ")}`;
    }
  }
  async function ended(report: RunReport, { plan, ...options }: RunOptions): Promise<string> {
    if (report.status !== "guarded") return countsOf(report);
    told = `${report.failure?.message} ${report.failure?.hint}`;
    const { guards } =
      plan === undefined
        ? await calls.plan(place(report.target), { file: report.file }, options, () => undefined)
        : await calls.planHeader({ root }, { plan });
    return `guarded ${guards.flatMap(({ name, tripped }) => (tripped ? name : [])).join(" ")}`;
  }

  const world: World = {
    root,
    calls,
    get account() {
      return account;
    },
    model(people, sync = "people") {
      const rows = people.map((one) => one.split(" ").join(","));
      write(`${sync}.csv`, ["id,name,title", ...rows, ""].join("\n"));
    },
    sync({ name = "people", with: other = {}, file = `${name}.sync.yaml` } = {}) {
      const lines = Object.entries({ ...usual, ...other }).flatMap(([key, value]) =>
        value === undefined ? [] : [`${key}: ${value.replaceAll("NAME", name)}`],
      );
      write(file, [`name: ${name}`, ...lines, ""].join("\n"));
    },
    run: ({ sync = "people", target, ...options } = {}) =>
      said(async () => {
        const file = `${sync}.sync.yaml`;
        return ended(await calls.run(place(target), { file }, options, () => undefined), options);
      }),
    retry: () =>
      said(async () => {
        const [latest] = await calls.runs({ root }, { limit: 1 });
        return ended(await calls.retry({ root }, { run: latest?.id ?? "" }, () => undefined), {});
      }),
    told: () => told,
    writes: () => account.requests().filter(({ effect }) => effect === "write").length,
    ledger: (action, { sync = "people", from } = {}) =>
      said(async () => {
        const file = `${sync}.sync.yaml`;
        await calls.ledger({ root }, { file }, { action, ...(from === undefined ? {} : { from }) });
        return action;
      }),
    held: (object = "contacts") => heldBy(account, object),
    rows: (file) =>
      readFileSync(path.join(root, "out", file), "utf8")
        .trim()
        .split(/\r?\n/)
        .slice(1),
    write,
    losesAnswers: () => account.fault({ kind: "reset-after", effect: "write", times: 20 }),
    async api(method, where, body) {
      const answer = await fetch(account.url + where, {
        method,
        headers: { "content-type": "application/json", authorization: "Bearer theirs" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${where} answered ${answer.status}: ${text}`);
      return text === "" ? null : (JSON.parse(text) as Json);
    },
    kept: (...names) => path.join(root, ".sluice", ...names),
    async swapAccount(portal, held) {
      account = await begin(portal, held);
    },
    async close() {
      await session.close();
      await Promise.all(hosts.map((host) => host.stop()));
      rmSync(root, { recursive: true, force: true });
    },
  };
  return world;
}

/** As if somebody had copied the project's state, or put it back. */
export function copyState(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}

/** Every record with all it holds, by object and id: what is not ours must be here, the same, afterwards. */
export function recordsIn(host: SandboxHost): ReadonlyMap<string, StoredRecord> {
  const { records } = host.state() as unknown as { records: Readonly<Record<string, readonly StoredRecord[]>> };
  return new Map(
    Object.entries(records).flatMap(([object, all]) => all.map((one) => [`${object} ${one.id}`, one] as const)),
  );
}

export interface StoredRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly archivedAt?: number;
}

function heldBy(host: SandboxHost, object: string): readonly string[] {
  return [...recordsIn(host)]
    .filter(([name]) => name.startsWith(`${object} `) && name !== `contacts ${stranger.id}`)
    .map(([, { properties, archivedAt }]) => {
      const named = properties.email ?? properties.domain ?? properties.name;
      return `${archivedAt === undefined ? "" : "archived "}${named} ${properties.jobtitle ?? ""}`.trim();
    })
    .sort();
}

function countsOf({ counts, status, failure }: RunReport): string {
  const some = (["created", "updated", "deleted", "skipped", "held", "rejected", "inDoubt"] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`);
  const ended = status === "succeeded" || status === "rejected" ? [] : [`${status} ${failure?.code ?? ""}`];
  return [...ended, ...some].join(" ");
}

function recordsOf({ contacts = [], companies = [] }: Theirs): Json {
  const of = (all: readonly Readonly<Record<string, string>>[]): Json =>
    all.map(({ id, ...properties }) => ({ ...(id === undefined ? {} : { id }), properties }));
  return { contacts: of(contacts), companies: of(companies) };
}

function projectFile(url: string): string {
  return `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, token: "\${secret:TOKEN}", base_url: "${url}" }
  files: { type: file, folder: out }
targets:
  dev: {}
  prod: {}
default_target: dev
`;
}
