/**
 * Secrets are planted wherever a destination of the registry takes one, and every byte that the product then writes, logs
 * or shows is searched for them, in any spelling: files of the project, the terminal at its most talkative, and all that
 * the engine tells the editor. Between product and sandbox stands a server that repeats what it was sent.
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import path from "node:path";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { callsOver } from "../../src/calls/over-jsonrpc";
import { logMethod, type LogMessage, type SecretAsk, secretMethod } from "../../src/calls/wire";
import { type Destination } from "../../src/destinations/destination";
import { startSandbox, type SandboxHost } from "../../src/sandbox/host";
import { isSecret, sampleOf } from "../contract/sample";
import { literal, simulated, sqlOf, subjectOf, type Subject } from "../faults/matrix-subjects";
import { syncOf } from "../faults/matrix-world";
import { built, filesBelow, makeProject, type Project } from "../support/cli";
import { execute } from "../support/duckdb";

/** Letters and digits stay as they are in every spelling but base64; between them stands what spellings change. */
const planted = (n: number): string =>
  `CanaryHead7f3a${n}-"b\\c/d+e&f=g%h?i#j.k*l$(m)[n]{o}|^~'q<r>;:,@! ${n}CanaryTail9z4k`;
const needles = ["CanaryHead7f3a", "CanaryTail9z4k"].flatMap((part) => [part, ...base64(part)]);
/** What rows hold: files and results may show it, logs may not. */
const value = "ValueCanary5t8w";

/** At each alignment the letters that depend on nothing but the part. */
function base64(part: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.from("\0".repeat(before) + part).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + part.length) * 8) / 6));
  });
}

/** How the server between answers. A number: with that status, and a body that repeats the request in every spelling. */
type Manner = "passes on" | "redirects" | "breaks off" | number;

/** As the fault matrix has it, with the first secret key alone, and by user and password where it takes these. */
const ways = ["", " by its first key alone", " by user and password"] as const;
type Way = (typeof ways)[number];
const byPassword = { auth: { user: "user", password: "password" } };

function titlesOf({ connection }: Destination): readonly Way[] {
  return "auth" in connection.shape && connection.partial().safeParse(byPassword).success ? ways : ways.slice(0, 2);
}

describe("planted secrets", function () {
  this.timeout(240_000);
  for (const destination of simulated) {
    for (const title of titlesOf(destination)) {
      it(`of ${destination.type}${title} stand in nothing that is written, logged or shown`, () =>
        withWorld(destination, title, async (world) => {
          const full = title === "";
          await world.model("first");
          await world.say("connections --test");
          if (destination.selfDescribing !== true) await world.say("describe there");
          for (const words of full ? looking : ["check"]) await world.say(words);
          await world.say("run people --first-run send --verify");
          for (const words of full ? afterwards : ["show last"]) await world.say(words);
          for (const manner of full ? failing : [401]) {
            await world.model(String(manner));
            world.manner = manner;
            if (!passing.includes(manner)) await world.say("connections --test");
            await world.say("run people --format json");
            await world.say("show last");
            if (manner === 401) await world.engine();
            world.manner = "passes on";
          }
          await world.engine();
          world.search();
          assert.ok(world.carried() > 3, "the secrets were never sent");
          assert.equal(world.elsewhere(), 0, "a redirect was followed");
        }));
    }
  }

  it("in places where they cannot be used are not told in the reason", async () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${"CanaryHead7f3aMIIEvQ".repeat(3)}\n${"CanaryTail9z4kxyz".repeat(3)}\n-----END PRIVATE KEY-----`;
    const project = makeProject({
      "people.sync.yaml": `model: { sql: "select 1 as id", key: id }\ndestination: { connection: there, object: record, path: /x, match: id }\nmode: upsert\nfields: { id: id }\n`,
    });
    try {
      const connections = [
        '{ type: http, base_url: "http://127.0.0.1:9", auth: { bearer: "${secret:PLANTED}" } }',
        '{ type: http, base_url: "http://user:${secret:PLANTED}@127.0.0.1:9" }',
        '{ type: http, base_url: "${secret:PLANTED}" }',
        '{ type: http, base_url: "http://127.0.0.1:9/?key=${secret:PLANTED}" }',
      ];
      const warehouses = ['{ type: duckdb, path: ":memory:" }', '{ type: duckdb, path: "${secret:PLANTED}" }'];
      let said = "";
      for (const secret of [pem, "CanaryHead7f3a/../CanaryTail9z4k"]) {
        for (const [there, main] of [
          ...connections.map((one) => [one, warehouses[0]]),
          ...warehouses.slice(1).map((one) => [connections[0], one]),
        ]) {
          project.write({
            "sluice.yaml": `version: 1\nwarehouses:\n  main: ${main}\ndestinations:\n  there: ${there}\n`,
          });
          for (const words of ["connections --test", "run people --first-run send"]) {
            const { code, stdout, stderr } = await project.sluice(`${words} --log-level trace`, {
              env: { PLANTED: secret },
            });
            assert.notEqual(code, -1);
            said += stdout + stderr;
          }
        }
      }
      assert.ok(said.length > 500);
      assertNone(said, "the terminal");
      for (const { file, bytes } of filesBelow(project.root)) assertNone(bytes.toString("latin1"), file);
    } finally {
      await project.remove();
    }
  });
});

const looking = [
  "check --values",
  "preview people",
  "preview people --records",
  "plan people --first-run send --out kept.plan",
  "plan people --first-run send --format json",
];
const afterwards = [
  "retry last",
  "runs",
  "show last",
  "show last --format json",
  "ledger show people",
  "revert last --dry-run",
  "purge --older-than 0d --dry-run",
];
const failing: readonly Manner[] = [401, 400, 404, 500, "redirects", "breaks off"];
/** The product would try these again for minutes: they strike once. */
const passing: readonly Manner[] = [500, "breaks off"];

interface World {
  manner: Manner;
  /** New rows, so that there is something to send. */
  model(mark: string): Promise<void>;
  say(words: string): Promise<void>;
  /** The same by the engine, as the editor asks it. */
  engine(): Promise<void>;
  search(): void;
  /** How many requests brought a secret. */
  carried(): number;
  elsewhere(): number;
}

async function withWorld(destination: Destination, way: Way, use: (world: World) => Promise<void>): Promise<void> {
  const subject = (await subjectOf(destination, "repeatable")) ?? (await subjectOf(destination, "once"));
  assert.ok(subject !== undefined);
  const sandbox = await startSandbox({ destination, now: Date.now });
  let strayed = 0;
  const elsewhere = await listen((_, response) => {
    strayed += 1;
    response.end("{}");
  });
  let carried = 0;
  const tokens = new Set<string>();
  let manner: Manner = "passes on";
  const between = await listen((incoming, response) => {
    // Tokens that the service handed out on the way are secrets too.
    const [, token] = /^\w+ (.+)$/.exec(incoming.headers.authorization ?? "") ?? [];
    if (token !== undefined) tokens.add(token);
    const now = manner;
    if (passing.includes(manner)) manner = "passes on";
    void answer(incoming, response, { manner: now, sandbox, elsewhere: addressOf(elsewhere) }).then((seen) => {
      if (needles.some((needle) => seen.includes(needle))) carried += 1;
    });
  });
  const own = Object.entries((way === "" ? subject : { sample: await sampleOf(destination) }).sample.config);
  const [first] = own.filter(([key]) => isSecret(destination.connection.shape[key]));
  const config = {
    ...Object.fromEntries(
      own.filter(([key]) => way === "" || key === first?.[0] || !isSecret(destination.connection.shape[key])),
    ),
    ...(way === " by user and password" ? byPassword : {}),
  };
  // No service takes a token with a space in it for a token.
  const { connection, secrets } = planting(config, destination, (n) =>
    way === " by user and password" ? planted(n) : planted(n).replaceAll(" ", ""),
  );
  const project = makeProject({
    "sluice.yaml": JSON.stringify({
      version: 1,
      warehouses: { main: { type: "duckdb", path: "warehouse.duckdb" } },
      destinations: { there: { ...connection, type: destination.type, base_url: addressOf(between) } },
    }),
    "people.sync.yaml": JSON.stringify(syncOf(subject)),
  });
  let shown = "";
  let logged = "";
  try {
    await use({
      get manner() {
        return manner;
      },
      set manner(next) {
        manner = next;
      },
      model: (mark) => fill(project, subject, mark),
      async say(words) {
        const { code, stdout, stderr } = await project.sluice(`${words} --log-level trace`, { env: secrets });
        assert.ok(code >= 0 && !stderr.includes("    at "), `${words}: ${code} ${stderr}`);
        shown += stdout + stderr;
        logged += stderr;
      },
      async engine() {
        const told = await askEngine(project, secrets);
        shown += told.messages;
        logged += told.logs;
      },
      search() {
        assert.ok(shown.length > 1000);
        assertNone(shown, "the terminal or the engine's channel", tokens);
        const files = filesBelow(project.root);
        for (const part of ["exchanges.jsonl", "report.json", "ledger"])
          assert.ok(
            files.some(({ file }) => file.includes(part)),
            `there is no ${part}`,
          );
        for (const { file, bytes } of files) assertNone(bytes.toString("latin1"), file, tokens);
        assert.ok(shown.includes(value), "no row was shown, so nothing is proved of logs");
        assert.ok(!logged.includes(value), `a log shows a row's value: ${excerpt(logged, value)}`);
      },
      carried: () => carried,
      elsewhere: () => strayed,
    });
  } finally {
    await project.remove();
    await sandbox.stop();
    for (const server of [between, elsewhere]) server.close().closeAllConnections();
  }
}

function assertNone(text: string, where: string, more: Iterable<string> = []): void {
  for (const needle of [...needles, ...more])
    assert.ok(!text.includes(needle), `${where}: … ${excerpt(text, needle)} …`);
}

function excerpt(text: string, needle: string): string {
  const at = text.indexOf(needle);
  return text.slice(Math.max(0, at - 200), at + 100);
}

/** Each text of a secret key becomes a reference to a planted secret. */
function planting(
  config: Readonly<Record<string, unknown>>,
  { connection }: Destination,
  secretOf: (n: number) => string,
) {
  const secrets: Record<string, string> = {};
  const hide = (given: unknown): unknown => {
    if (typeof given === "string") {
      const name = `PLANTED_${Object.keys(secrets).length}`;
      secrets[name] = secretOf(Object.keys(secrets).length);
      return `\${secret:${name}}`;
    }
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, hide(one)]));
  };
  const keys = Object.entries(config).map(([key, one]) => [key, isSecret(connection.shape[key]) ? hide(one) : one]);
  assert.ok(keys.length > 0);
  return { connection: Object.fromEntries(keys) as Readonly<Record<string, unknown>>, secrets };
}

async function fill(project: Project, subject: Subject, mark: string): Promise<void> {
  const { fields } = subject.sample;
  const free = fields.find(
    (field) =>
      field.type === "text" &&
      field.name !== subject.marker.name &&
      field.format === undefined &&
      field.name !== "email",
  );
  const columns = fields
    .flatMap((field) => {
      const sql = field.name === free?.name ? literal(`${value} ${mark}`) : sqlOf(field, subject);
      return sql ?? [];
    })
    .map((sql, index) => `${sql} as c${index}`);
  await execute(
    path.join(project.root, "warehouse.duckdb"),
    `create or replace table people as select i as id, ${columns.join(", ")} from range(1, 4) t(i)`,
  );
}

async function askEngine(project: Project, secrets: Readonly<Record<string, string>>) {
  const child = fork(path.join(path.dirname(built()), "engine.js"), { execArgv: [], silent: true });
  let messages = "";
  let logs = "";
  child.on("message", (message) => (messages += JSON.stringify(message)));
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (messages += String(chunk)));
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onRequest(secretMethod, ({ name }: SecretAsk) => secrets[name] ?? null);
  connection.onNotification(logMethod, ({ message }: LogMessage) => {
    logs += `${message}\n`;
  });
  connection.listen();
  const calls = callsOver(connection);
  const place = { root: project.root };
  const source = { file: "people.sync.yaml" };
  const ignored = () => undefined;
  const asks: readonly (() => Promise<unknown>)[] = [
    () => calls.overview(place),
    () => calls.check(place, {}),
    () => calls.context(place, source),
    () => calls.surroundings(place, source),
    () => calls.test(place, { connection: "there" }),
    () => calls.describe(place, { connection: "there" }),
    () => calls.records(place, source, { limit: 5 }),
    () => calls.plan(place, source, { readBack: "all" }, ignored),
    () => calls.run(place, source, {}, ignored),
    () => calls.retry(place, { run: "last" }, ignored),
    () => calls.revert(place, { run: "last" }, ignored),
    () => calls.runs(place, {}),
    () => calls.rejections(place, { run: "last", offset: 0, limit: 100 }),
    () => calls.searchRun(place, { run: "last", text: "a", offset: 0, limit: 100 }),
    () => calls.ledger(place, source, { action: "show" }),
    () => calls.unfinished(place),
    async () => {
      const [run] = await calls.runs(place, { limit: 1 });
      for (const { id } of await calls.exchanges(place, { run: run?.id ?? "", offset: 0, limit: 100 }))
        await calls.exchange(place, { run: run?.id ?? "", exchange: id });
    },
  ];
  // Whether they succeed is other tests' matter; what they say is this one's.
  for (const ask of asks) await ask().catch((error: unknown) => (messages += String(error)));
  connection.dispose();
  const gone = once(child, "exit");
  child.disconnect();
  await gone;
  return { messages, logs };
}

function listen(serve: (incoming: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(serve);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  {
    manner,
    sandbox,
    elsewhere,
  }: { readonly manner: Manner; readonly sandbox: SandboxHost; readonly elsewhere: string },
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const seen = `${incoming.method} ${incoming.url}\n${incoming.rawHeaders.join("\n")}`;
  const echo = {
    message: `You sent ${seen}`,
    status: "error",
    category: "ECHO",
    headers: incoming.headers,
    json: JSON.stringify(incoming.headers),
    percent: encodeURIComponent(seen),
    form: new URLSearchParams({ seen }).toString(),
    base64: Buffer.from(seen).toString("base64"),
    html: seen.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
    body: body.toString(),
  };
  const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, " ");
  const headers = {
    "x-echo": plain(seen),
    "set-cookie": `seen=${plain(encodeURIComponent(seen))}`,
    "x-request-id": "1",
  };
  const all = seen + body.toString();
  if (manner === "breaks off") {
    incoming.socket.destroy();
    return all;
  }
  if (manner === "redirects") {
    response.writeHead(307, { ...headers, location: `${elsewhere}/?seen=${encodeURIComponent(seen)}` });
    response.end();
    return all;
  }
  if (typeof manner === "number") {
    response.writeHead(manner, { ...headers, "content-type": "application/json" });
    response.end(JSON.stringify(echo));
    return all;
  }
  const target = new URL(incoming.url ?? "/", sandbox.url);
  const onward = request(
    target,
    { method: incoming.method, headers: { ...incoming.headers, host: target.host } },
    (got) => {
      response.writeHead(got.statusCode ?? 500, { ...got.headers, ...headers });
      got.pipe(response);
    },
  );
  onward.on("error", () => response.destroy());
  onward.end(body);
  return all;
}
