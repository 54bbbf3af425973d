/** Destinations that remember what reached them: sandboxes served by the test itself, and files of the project. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Destination } from "../../../src/destinations/destination";
import { type SandboxRequest } from "../../../src/destinations/sandbox";
import { readRows } from "../../../src/destinations/file/csv";
import { http } from "../../../src/destinations/http/http";
import { hubspot } from "../../../src/destinations/hubspot";
import { startSandbox } from "../../../src/sandbox/host";
import { type Json } from "../../../src/value";
import { emailOf, type Held, line, type Person } from "./people";
import { type Scenario } from "./scenarios";

export interface Service {
  readonly urls: { readonly hubspot: string; readonly events: string };
  /** What it holds now; an event that is there n times is "n times". */
  held(): Held;
  /** How often each record reached it to be created, whatever it answered. */
  arrived(): ReadonlyMap<string, number>;
  /** What it holds, to be put back later. */
  keep(): Kept;
  /** Puts it back, and forgets what arrived. */
  restore(kept: Kept): void;
  stop(): Promise<void>;
}

type Kept = { readonly state: Json } | { readonly folder: string };
type Output = Readonly<Record<string, unknown>>;

/** Nobody but the people that are `there`. */
export async function openService(
  { service, destination, rules }: Scenario,
  root: string,
  there: readonly Person[],
): Promise<Service> {
  if (service === "files") return files(path.join(root, /path: ([\w./]+)/.exec(destination)?.[1] ?? ""), there);
  const arrivals = new Map<string, number>();
  const arrived = (record: string): void => void arrivals.set(record, (arrivals.get(record) ?? 0) + 1);
  const watched = watch(service === "hubspot" ? hubspot : http, (request) => created(request).forEach(arrived));
  const host = await startSandbox({ destination: watched, now: () => Date.now() });
  if (service === "hubspot") {
    const records = there.map(({ email, name, title }) => ({
      properties: { email, firstname: name, jobtitle: title },
    }));
    host.seed({ records: { contacts: records } });
  }
  return {
    urls: { hubspot: host.url, events: host.url },
    held: () =>
      service === "hubspot"
        ? contacts(host.state())
        : rules.mode === "append"
          ? events(host.state())
          : documents(host.state()),
    arrived: () => arrivals,
    keep: () => ({ state: host.state() }),
    restore(kept) {
      if ("state" in kept) host.seed(kept.state);
      arrivals.clear();
    },
    stop: () => host.stop(),
  };
}

function watch(destination: Destination, reached: (request: SandboxRequest) => void): Destination {
  const { sandbox } = destination;
  if (sandbox === undefined) throw new Error("there is no sandbox to watch");
  return {
    ...destination,
    sandbox(seed) {
      const inner = sandbox(seed);
      return {
        ...inner,
        handle(request, now) {
          reached(request);
          return inner.handle(request, now);
        },
      };
    },
  };
}

/** The records that a request asks to be created: contacts, documents, events. */
function created({ method, path: place, body }: SandboxRequest): readonly string[] {
  if (method !== "POST" || !/\/batch\/create$|^\/people$|^\/events$/.test(place)) return [];
  const sent = JSON.parse(body) as Output | readonly Output[];
  const inputs = (sent as Output).inputs as readonly Output[] | undefined;
  return (inputs?.map(({ properties }) => properties as Output) ?? [sent].flat()).map((record: Output) =>
    record.person === undefined ? String(record.email) : `${String(record.person)} ${String(record.title)}`,
  );
}

function contacts(state: Json): Held {
  const { records } = state as unknown as {
    records: { contacts?: readonly { properties: Record<string, string>; archivedAt?: number }[] };
  };
  return new Map(
    (records.contacts ?? []).map(({ properties, archivedAt }) => [
      properties.email ?? "",
      archivedAt === undefined
        ? line({ name: properties.firstname ?? "", title: properties.jobtitle ?? "" })
        : "archived",
    ]),
  );
}

function documentsOf(state: Json): readonly Output[] {
  const { collections } = state as unknown as { collections: Record<string, Record<string, Output>> };
  return Object.values(collections).flatMap((held) => Object.values(held));
}

function documents(state: Json): Held {
  return new Map(
    documentsOf(state).map(({ id, name, title }) => [
      emailOf(Number(id)),
      line({ name: String(name), title: String(title) }),
    ]),
  );
}

function events(state: Json): Held {
  return counted(documentsOf(state).map(({ person, title }) => `${String(person)} ${String(title)}`));
}

function counted(all: readonly string[]): Held {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return new Map([...counts].map(([one, count]) => [one, count === 1 ? "once" : `${count} times`]));
}

function files(file: string, there: readonly Person[]): Service {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  const isCsv = file.endsWith(".csv");
  if (there.length > 0) {
    const lines = there.map(({ email, name, title }) =>
      isCsv ? `${email},${name},${title}` : JSON.stringify({ email, name, title }),
    );
    writeFileSync(file, [...(isCsv ? ["email,name,title"] : []), ...lines, ""].join("\n"));
  }
  const rows = (): readonly Output[] => {
    if (!existsSync(file)) return [];
    const text = readFileSync(file, "utf8");
    if (!isCsv) return text.split("\n").flatMap((one) => (one === "" ? [] : [JSON.parse(one) as Output]));
    const [head = [], ...body] = readRows(text, { delimiter: "," });
    return body.map((cells) => Object.fromEntries(cells.map((cell, index) => [head[index] ?? "", cell])));
  };
  let keeps = 0;
  return {
    urls: { hubspot: "http://127.0.0.1:9", events: "http://127.0.0.1:9" },
    held() {
      const all = rows();
      if (all.some(({ person }) => person !== undefined))
        return counted(all.map(({ person, title }) => `${String(person)} ${String(title)}`));
      const found = counted(all.map(({ email }) => String(email)));
      return new Map(
        all.map(({ email, name, title }) => {
          const times = found.get(String(email)) ?? "";
          return [String(email), times === "once" ? line({ name: String(name), title: String(title) }) : times];
        }),
      );
    },
    arrived: () => new Map(),
    keep() {
      const kept = `${folder}.kept${(keeps += 1)}`;
      cpSync(folder, kept, { recursive: true });
      return { folder: kept };
    },
    restore(kept) {
      rmSync(folder, { recursive: true, force: true });
      if ("folder" in kept) cpSync(kept.folder, folder, { recursive: true });
    },
    stop: () => Promise.resolve(),
  };
}
