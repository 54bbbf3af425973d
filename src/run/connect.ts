/** Makes a destination ready to be talked to: one pool, one set of limits, one set of credentials for all conversations. */
import { type Reader, type Writer } from "../destinations/connection";
import { type Config, type Conversation, type Credentials, type Destination } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { patience, type Patience } from "./backoff";
import { isUnencrypted } from "../project/unencrypted";
import { type Clock, type Log } from "./clock";
import { converse, type Talk } from "./converse";
import { keepCredentials } from "./credentials";
import { createDatabase } from "./databases/perform";
import { projectFiles } from "./files";
import { createLimiter } from "./limiter";
import { type Line } from "./line";
import { createRedactor, namesSecret } from "./redact";
import { createSender, type Timeouts, timeouts } from "./send";
import { createSlots, inParallel } from "./slots";

export interface ConnectOptions {
  readonly name: string;
  readonly destination: Destination;
  /** Keys of the connection with secrets resolved: only `authorize` sees them. */
  readonly config: Config;
  /** The same keys, secrets replaced by "". */
  readonly publicConfig: Config;
  /** The values of all secrets in `config`: they are blotted out of whatever is kept. */
  readonly secrets: readonly string[];
  /** A proxy or a sandbox; default: what the destination says. */
  readonly baseUrl?: string;
  readonly sandbox: boolean;
  /** Absolute; file steps stay inside. */
  readonly projectRoot: string;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Conversations at once; default 8. Files are written by one. */
  readonly concurrency?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly patience?: Partial<Patience>;
  /** How long answers to writes are waited for after a cancel, in ms; default 10 s. */
  readonly graceMs?: number;
  readonly log?: Log;
}

/** Connects to nothing yet: the first request does. Throws SyncFailure "bad-base-url". */
export function connect(options: ConnectOptions): Writer {
  const { reader, writing, talk } = open(options);
  return {
    ...reader,
    // Spreading would freeze what these say now.
    get budgets() {
      return reader.budgets;
    },
    converse: (conversation, how) => converse(conversation, writing, how),
    redact: (text) => talk.line.redactor.text(text),
    close: () => closed(talk),
  };
}

/** A connection for dry runs: it has no way to write. */
export function connectReader(options: ConnectOptions): Reader & { close(): Promise<void> } {
  const { reader, talk } = open(options);
  return {
    ...reader,
    get budgets() {
      return reader.budgets;
    },
    close: () => closed(talk),
  };
}

async function closed({ line, database }: Talk): Promise<void> {
  await Promise.all([line.sender.close(), database?.close()]);
}

/** The reading half of a connection, sharing its limits. */
export function asReader(writer: Writer): Reader {
  const { name, destination, config, sandbox, sent, probe, describe, fieldsNow, read, lookup } = writer;
  return {
    ...{ name, destination, config, sandbox, sent, probe, describe, fieldsNow, read, lookup },
    get budgets() {
      return writer.budgets;
    },
  };
}

function open(options: ConnectOptions): { readonly reader: Reader; readonly talk: Talk; readonly writing: Talk } {
  const { destination, publicConfig: config } = options;
  const concurrency = destination.transport === "file" ? 1 : (options.concurrency ?? 8);
  const talk = makeTalk(options, concurrency);
  const ask = <Result>(conversation: Conversation<Result>, signal: AbortSignal | undefined): Promise<Result> =>
    converse(conversation, talk, signal === undefined ? {} : { signal });
  const { line } = talk;

  /** Asks for any number of values, a request's worth at a time. */
  async function inPieces<Found>(
    values: readonly string[],
    signal: AbortSignal | undefined,
    conversation: (piece: readonly string[]) => Conversation<ReadonlyMap<string, Found>>,
  ): Promise<ReadonlyMap<string, Found>> {
    const distinct = [...new Set(values)];
    const size = Math.max(1, destination.readSize);
    const found = new Map<string, Found>();
    await inParallel(pieces(distinct, size), concurrency, async (piece) => {
      for (const [value, one] of await ask(conversation(piece), signal)) found.set(value, one);
    });
    return found;
  }

  const reader: Reader = {
    name: options.name,
    destination,
    config,
    sandbox: options.sandbox,
    sent: line.sent,
    get budgets() {
      return line.limiter.left();
    },
    probe: (signal) => ask(destination.probe(config), signal),
    describe: (extra, signal) => ask(destination.describe(config, extra), signal),
    fieldsNow: (wanted, signal) =>
      destination.fieldsNow === undefined
        ? Promise.resolve(undefined)
        : ask(destination.fieldsNow(config, wanted), signal),
    read: ({ by, values, fields }, context, signal) =>
      inPieces(values, signal, (piece) => destination.read({ by, values: piece, fields }, context)),
    lookup: ({ object, by, values }, signal) =>
      inPieces(values, signal, (piece) => destination.lookup({ object, by, values: piece }, config)),
  };
  return { reader, talk, writing: { ...talk, mode: "write" } };
}

function makeTalk(options: ConnectOptions, concurrency: number): Talk {
  const { destination, clock } = options;
  const redactor = createRedactor(options.secrets);
  const wanted: Patience = { ...patience, ...options.patience };
  const files = projectFiles(options.projectRoot);
  let exchanges = 0;
  const line: Line = {
    destination,
    base: baseOf(options),
    moves: options.baseUrl === undefined,
    sender: createSender({ connections: concurrency, timeouts: { ...timeouts, ...options.timeouts } }),
    limiter: createLimiter(destination.limits(options.publicConfig), clock, { patienceMs: wanted.throttledMs }),
    credentials: keepCredentials(authorize, clock),
    redactor,
    clock,
    random: options.random,
    patience: wanted,
    graceMs: options.graceMs ?? 10_000,
    told: { until: 0 },
    sent: { reads: 0, writes: 0, retries: 0 },
    nextExchange: () => `x${(exchanges += 1)}`,
    log: options.log ?? (() => undefined),
  };

  async function authorize(): Promise<Credentials> {
    const credentials = await converse(
      destination.authorize(options.config, clock.now()),
      { line, files, mode: "read", authorized: false },
      {},
    );
    if (credentials.base !== undefined && line.moves) mustBeSafe(credentials.base, options);
    if (credentials.address !== undefined) redactor.add(credentials.address);
    // Tokens that were not in the configuration are secrets too.
    for (const [name, value] of Object.entries(credentials.headers)) {
      if (!namesSecret(name)) continue;
      redactor.add(value);
      const token = /^[A-Za-z]+ +(\S{4,})$/.exec(value)?.[1];
      if (token !== undefined) redactor.add(token);
    }
    return credentials;
  }

  const limits = { ...timeouts, ...options.timeouts };
  const database =
    destination.database === undefined
      ? undefined
      : createDatabase(line, destination.database, { config: options.publicConfig, connectMs: limits.connectMs });
  return { line, files, database, slots: createSlots(concurrency), mode: "read", authorized: true };
}

function baseOf({ destination, config, baseUrl, name, secrets }: ConnectOptions): URL {
  if (destination.transport === "file") return new URL("http://localhost/");
  if (destination.transport === "database") return new URL(destination.baseUrl(config));
  const text = baseUrl ?? destination.baseUrl(config);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url !== undefined && ["http:", "https:"].includes(url.protocol) && url.username === "" && url.password === "";
  if (plain && url.hash === "") {
    if (secrets.length > 0 && isUnencrypted(url.href, config)) throw unencrypted(name);
    return url;
  }
  throw new SyncFailure(
    "bad-base-url",
    `The connection "${name}" has no usable address.`,
    "Give base_url as http:// or https:// with a host, without a user name or password.",
  );
}

function unencrypted(name: string): SyncFailure {
  return new SyncFailure(
    "unencrypted",
    `The connection "${name}" would send its secrets unencrypted: its base_url begins with http://.`,
    "Write https://, or allow_http: true beside it if you trust the whole network between.",
  );
}

/** Credentials go where the destination says, and never unencrypted. */
function mustBeSafe(base: string, { destination, config }: ConnectOptions): void {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  const isPlain = url !== undefined && url.username === "" && url.password === "" && url.search + url.hash === "";
  if (isPlain && ["http:", "https:"].includes(url.protocol) && !isUnencrypted(base, config)) return;
  throw new SyncFailure(
    "bad-base-url",
    `${destination.label} named an address of the account to which no credentials may go.`,
    "Check the connection's address, or give base_url.",
  );
}

function* pieces<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
