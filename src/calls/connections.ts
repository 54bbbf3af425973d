/** Opens warehouses and destinations of a project: secrets resolved, the sandbox started where it is asked for. */
import { type Writer } from "../destinations/connection";
import { type Config, type Destination } from "../destinations/destination";
import { destinationOf } from "../destinations/index";
import { SyncFailure } from "../failure";
import { openHushed } from "./hushed";
import { makeScratch } from "../ledger/scratch";
import { type ConnectionConfig, type ResolvedProject, type SecretSource } from "../project/project";
import { secretHost } from "../project/secret-host";
import { type ResolvedConfig, resolveConfig } from "../project/secrets";
import { connect } from "../run/connect";
import { sandboxFor } from "../sandbox/registry";
import { type Warehouse } from "../warehouses/warehouse";
import { warehouseTypeOf } from "../warehouses/index";
import { type Edges } from "./edges";

export interface OpenDestination {
  readonly destination: Destination;
  readonly writer: Writer;
}

/** Connections stay open between calls, so that all conversations with one account share its limits. */
export interface Connections {
  warehouse(project: ResolvedProject, name: string | undefined): Promise<Warehouse>;
  destination(project: ResolvedProject, name: string): Promise<OpenDestination>;
  close(): Promise<void>;
}

export function openConnections(edges: Edges): Connections {
  const open = new Map<string, Promise<OpenDestination & { release(): Promise<void> }>>();
  return {
    async warehouse(project, name) {
      const named = name ?? onlyWarehouse(project);
      const config = known(project.warehouses, named, "warehouse");
      const type = warehouseTypeOf(config.type);
      if (type === undefined) throw unknownConnection("warehouse", named, Object.keys(project.warehouses));
      const source = await edges.secrets(project.root);
      const place = { connection: named, target: project.target };
      const { config: keys, secrets } = await resolveConfig(config, source, place);
      const scratch = await makeScratch(project.root, "session");
      const warehouse = await openHushed(secrets, () =>
        type.open(keys, { root: project.root, scratch: scratch.folder }),
      );
      return { ...warehouse, close: () => warehouse.close().finally(scratch.remove) };
    },
    async destination(project, name) {
      const config = known(project.destinations, name, "destination");
      const destination = destinationOf(config.type);
      if (destination === undefined) throw unknownConnection("destination", name, Object.keys(project.destinations));
      const key = JSON.stringify([project.root, project.target, name, config]);
      const present = open.get(key);
      if (present !== undefined) return present;
      const opening = openDestination({ edges, project, name, config, destination });
      open.set(key, opening);
      opening.catch(() => open.delete(key));
      return opening;
    },
    async close() {
      const all = await Promise.allSettled(open.values());
      open.clear();
      for (const one of all) if (one.status === "fulfilled") await one.value.release();
    },
  };
}

interface Opening {
  readonly edges: Edges;
  readonly project: ResolvedProject;
  readonly name: string;
  readonly config: ConnectionConfig;
  readonly destination: Destination;
}

async function openDestination({ edges, project, name, config, destination }: Opening) {
  const sandboxed = config.keys.sandbox === true;
  const sandbox = sandboxed
    ? await sandboxFor({ root: project.root, connection: name, destination, now: edges.now })
    : undefined;
  const source = await edges.secrets(project.root);
  const place = { connection: name, target: project.target };
  const resolved = sandboxed
    ? await resolveConfig(sandboxConfig(config, destination), source, place)
    : await resolveForHost(config, destination, source, place);
  const baseUrl = sandbox?.url ?? baseUrlOf(resolved.config);
  const writer = connect({
    name,
    destination,
    config: resolved.config,
    publicConfig: withoutSecrets(resolved.config, resolved.secrets) as Config,
    secrets: resolved.secrets,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    sandbox: sandboxed,
    projectRoot: project.root,
    clock: { now: edges.now, wait: edges.wait },
    random: edges.random,
    ...edges.waits,
    log: edges.log,
  });
  return {
    destination,
    writer,
    async release() {
      await writer.close();
      await sandbox?.release();
    },
  };
}

/** The sandbox takes any credentials: the secret keys that are given, or else all there are, get a made-up value. */
function sandboxConfig(config: ConnectionConfig, destination: Destination): ConnectionConfig {
  const secret = Object.entries(destination.connection.shape)
    .filter(([, schema]) => (schema as { meta?: () => { secret?: unknown } | undefined }).meta?.()?.secret === true)
    .map(([key]) => key);
  const given = secret.filter((key) => config.keys[key] !== undefined);
  const made = (given.length > 0 ? given : secret).map((key) => [key, "sandbox"]);
  return { type: config.type, keys: { ...config.keys, ...Object.fromEntries(made) } };
}

/** The resolved keys; every text that holds a secret is "". */
function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return secrets.some((secret) => value.includes(secret)) ? "" : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, secrets)]));
}

function baseUrlOf(config: Readonly<Record<string, unknown>>): string | undefined {
  return typeof config.base_url === "string" ? config.base_url : undefined;
}

/**
 * Secrets are asked for the host they will be sent to. That is known for sure when everything is answered: a variable or
 * a secret may itself be, or decide, the address. So they are asked again until the host is the one they were given for.
 */
async function resolveForHost(
  config: ConnectionConfig,
  destination: Destination,
  source: SecretSource,
  place: { readonly connection: string; readonly target: string },
): Promise<ResolvedConfig> {
  const unanswered: SecretSource = { env: (name) => source.env(name), secret: () => Promise.resolve("secret") };
  let host = hostOf((await resolveConfig(config, unanswered, place)).config, destination);
  for (let attempt = 0; attempt < mostHosts; attempt += 1) {
    const resolved = await resolveConfig(config, source, { ...place, ...(host === undefined ? {} : { host }) });
    const real = hostOf(resolved.config, destination);
    if (real === host) return resolved;
    host = real;
  }
  throw new SyncFailure(
    "bad-base-url",
    `The address of the connection "${place.connection}" changes each time it is looked at.`,
    "Write base_url without secrets in its host.",
  );
}

const mostHosts = 3;

/** undefined: the service's own address, which no key of the connection has a say in. */
function hostOf(config: Config, destination: Destination): string | undefined {
  if (destination.transport === "file") return undefined;
  // A database goes to its host, whatever a base_url says.
  const given = destination.transport === "http" ? baseUrlOf(config) : undefined;
  const address = given ?? addressOf(destination, config);
  const own = addressOf(destination, {});
  const host = address === undefined ? undefined : secretHost(address);
  return host === (own === undefined ? undefined : secretHost(own)) ? undefined : host;
}

/** undefined: the keys do not say enough. */
function addressOf(destination: Destination, config: Config): string | undefined {
  try {
    return destination.baseUrl(config);
  } catch (error) {
    if (error instanceof SyncFailure) return undefined;
    throw error;
  }
}

function onlyWarehouse(project: ResolvedProject): string {
  const names = Object.keys(project.warehouses);
  if (names.length === 1) return names[0] as string;
  throw new SyncFailure(
    "warehouse-undecided",
    names.length === 0 ? "The project has no warehouse." : "The sync names no warehouse and the project has several.",
    names.length === 0 ? "Add one under `warehouses:` in sluice.yaml." : `Name one in the model: ${names.join(", ")}.`,
  );
}

function known(connections: Readonly<Record<string, ConnectionConfig>>, name: string, kind: string): ConnectionConfig {
  const config = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (config === undefined) throw unknownConnection(kind, name, Object.keys(connections));
  return config;
}

function unknownConnection(kind: string, name: string, names: readonly string[]): SyncFailure {
  return new SyncFailure(
    "unknown-connection",
    `There is no ${kind} "${name}" for this target.`,
    names.length === 0 ? `Add it to sluice.yaml.` : `sluice.yaml has: ${names.join(", ")}.`,
  );
}
