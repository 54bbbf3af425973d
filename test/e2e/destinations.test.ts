import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { json as jsonOf } from "node:stream/consumers";
import path from "node:path";
import { makeProject, type Output, type Project, type Ran } from "../support/cli";
import { execute, query } from "../support/duckdb";

describe("files as a destination", function () {
  this.timeout(120_000);
  let project: Project;
  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);

  before(() => {
    project = makeProject({
      "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  files: { type: file, folder: out }
`,
    });
  });
  after(() => project.remove());

  const sync = (mode: string, file: string, more = ""): string => `
model: { table: items, key: id }
destination: { connection: files, object: row, match: id, path: ${file} }
mode: ${mode}
fields:
  id: id
  text: text
  amount: amount
  moment: moment
  tags: tags
${more}`;
  const items = (...rows: readonly string[]): Promise<void> =>
    execute(
      path.join(project.root, "warehouse.duckdb"),
      `create or replace table items as select id, text, amount::decimal(30, 4) as amount, moment::timestamptz as moment, tags::varchar[] as tags
       from (values ${rows.join(", ")}) as i(id, text, amount, moment, tags)`,
    );
  const first = `(1, 'plain', 12345678901234567890.1234, '2026-01-02 03:04:05.678901+00', ['a', 'b'])`;
  const awkward = `(2, 'quote " comma , line' || chr(10) || 'break 🚀', null, null, null)`;

  it("upserts rows of a CSV file and leaves those of others alone", async () => {
    await items(first, awkward, "(3, '', 0, null, [])");
    project.write({ "items.sync.yaml": sync("upsert", "items.csv"), "out/items.csv": "id,text\r\n9,by hand\r\n" });
    assert.equal((await sluice("run items")).code, 0);
    await items("(1, 'changed', 1.5, null, null)", awkward);
    const { json } = await sluice("run items");
    assert.deepEqual([json.runs[0].counts.updated, json.runs[0].counts.unchanged], [1, 1]);
    assert.deepEqual(
      await query(
        `select * from read_csv('${project.root}/out/items.csv', all_varchar = true, nullstr = '') order by id`,
      ),
      [
        { id: "1", text: "changed", amount: "1.5", moment: null, tags: null },
        { id: "2", text: 'quote " comma , line\nbreak 🚀', amount: null, moment: null, tags: null },
        { id: "3", text: null, amount: "0", moment: null, tags: "[]" },
        { id: "9", text: "by hand", amount: null, moment: null, tags: null },
      ],
    );
    const lines = project.read("out/items.csv").split("\r\n");
    assert.ok(lines.includes('3,"",0,,[]'), "an empty text is not the same as none");
  });

  it("mirrors rows as JSON Lines, every digit kept", async () => {
    await items(first, awkward);
    project.write({
      "lines.sync.yaml": sync("mirror", "items.jsonl", "on_removed: delete\nguards: { max_removed: 100% }\n"),
    });
    assert.equal((await sluice("run lines --first-run send")).code, 0);
    assert.deepEqual(project.read("out/items.jsonl").trimEnd().split("\n").map(parsed), [
      {
        id: 1,
        text: "plain",
        amount: 12345678901234567890.1234,
        moment: "2026-01-02T03:04:05.678901Z",
        tags: ["a", "b"],
      },
      { id: 2, text: 'quote " comma , line\nbreak 🚀', amount: null, moment: null, tags: null },
    ]);
    assert.ok(project.read("out/items.jsonl").includes('"amount":12345678901234567890.1234,'));
    await items(awkward);
    assert.equal((await sluice("run lines")).json.runs[0].counts.deleted, 1);
    assert.deepEqual(
      project
        .read("out/items.jsonl")
        .trimEnd()
        .split("\n")
        .map((line) => (parsed(line) as { id: number }).id),
      [2],
    );
  });

  it("does not take one file's ledger for another's", async () => {
    await items(awkward);
    project.write({ "moved.sync.yaml": sync("upsert", "before.csv") });
    assert.equal((await sluice("run moved")).code, 0);
    project.mend("moved.sync.yaml", "before.csv", "after.csv");
    const { code, json } = await sluice("run moved");
    assert.deepEqual([code, json.failures[0].code], [4, "ledger-mismatch"]);
    assert.match(json.failures[0].message, /its object is row before\.csv, now it is row after\.csv/);
  });

  it("appends each new row once, and changed ones again where asked", async () => {
    await items("(1, 'a', null, null, null)");
    project.write({
      "new.sync.yaml": sync("append", "new.csv", "on: new\n"),
      "again.sync.yaml": sync("append", "again.jsonl", "on: changed\n"),
    });
    assert.equal((await sluice("run new again --first-run send")).code, 0);
    await items("(1, 'b', null, null, null)", "(2, 'c', null, null, null)");
    assert.equal((await sluice("run new again")).code, 0);
    assert.equal((await sluice("run new again")).code, 0);
    assert.deepEqual(
      project
        .read("out/new.csv")
        .trimEnd()
        .split("\r\n")
        .map((line) => line.split(",").slice(0, 2).join(" ")),
      ["id text", "1 a", "2 c"],
    );
    assert.deepEqual(
      project
        .read("out/again.jsonl")
        .trimEnd()
        .split("\n")
        .map((line) => (parsed(line) as { text: string }).text)
        .sort(),
      ["a", "b", "c"],
    );
  });
});

describe("an HTTP endpoint as a destination", function () {
  this.timeout(120_000);
  let project: Project;
  let endpoint: Endpoint;
  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);

  before(async () => {
    endpoint = await startEndpoint();
    project = makeProject({
      "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  crm: { type: http, base_url: "${endpoint.url}", auth: { bearer: "\${secret:CRM_TOKEN}" } }
`,
      ".env": "CRM_TOKEN=planted-crm-token\n",
      ".gitignore": ".env\n.sluice/\n",
      "people.sync.yaml": `
model: { table: people, key: id }
destination:
  connection: crm
  object: record
  match: id
  path: /people
  body: { id: "{{ id }}", attributes: { name: "{{ name }}", score: "{{ score }}" } }
  batch: { size: 3, wrap: records }
  errors: { path: errors, index: index, message: message, field: field }
  on_delete: { path: "/people/{{ id }}" }
  repeatable: true
mode: mirror
on_removed: delete
guards: { max_removed: 100% }
fields: { id: id, name: name, score: score }
`,
    });
  });
  after(async () => {
    await project.remove();
    await endpoint.close();
  });

  const people = (...rows: readonly string[]): Promise<void> =>
    execute(
      path.join(project.root, "warehouse.duckdb"),
      `create or replace table people as select * from (values ${rows.join(", ")}) as p(id, name, score)`,
    );

  it("takes batches, errors by position, and deletions", async () => {
    await people("(1, 'a', 1.5)", "(2, 'bad', 2)", "(3, 'c', null)", "(4, 'd', 4)");
    const { code, json } = await sluice("run people --first-run send");
    assert.equal(code, 3);
    assert.deepEqual(
      json.runs[0].rejections.map(({ key, stage, field, reason }: Output) => [key, stage, field, reason]),
      [[2, "destination", "name", "bad is no name"]],
    );
    assert.deepEqual(
      [...endpoint.held.values()],
      [
        { id: 1, attributes: { name: "a", score: 1.5 } },
        { id: 3, attributes: { name: "c", score: null } },
        { id: 4, attributes: { name: "d", score: 4 } },
      ],
    );
    await people("(1, 'a', 1.5)", "(2, 'good', 2)", "(4, 'new', 4)");
    const again = await sluice("run people");
    assert.equal(again.code, 0, again.stdout);
    const { created, updated, deleted, unchanged } = again.json.runs[0].counts;
    assert.deepEqual({ created, updated, deleted, unchanged }, { created: 1, updated: 1, deleted: 1, unchanged: 1 });
    assert.deepEqual([...endpoint.held.values()].map(({ id, attributes }) => `${id} ${attributes.name}`).sort(), [
      "1 a",
      "2 good",
      "4 new",
    ]);
  });

  it("waits where it is throttled, and tries again where the service is away", async () => {
    await people("(1, 'x', 1)", "(2, 'good', 2)", "(4, 'new', 4)");
    endpoint.answerNext(429, { "retry-after": "0" });
    endpoint.answerNext(503);
    const { code, json } = await sluice("run people");
    assert.equal(code, 0);
    const { updated, retries } = json.runs[0].counts;
    assert.deepEqual({ updated, retries }, { updated: 1, retries: 2 });
    assert.deepEqual(endpoint.held.get(1)?.attributes.name, "x");
  });

  it("stops with a sentence where the token is refused", async () => {
    await people("(5, 'new', 1)");
    endpoint.answerNext(401, {}, 10);
    const { code, json } = await sluice("run people");
    assert.equal(code, 4);
    const [{ status, failure, counts }] = json.runs;
    assert.deepEqual([status, failure.code, counts.created], ["stopped", "unauthorized", 0]);
    assert.equal(failure.message, "HTTP endpoint does not accept the credentials: not now");
    endpoint.answerNext(200, {}, 0);
  });
});

const parsed = (line: string): unknown => JSON.parse(line);

interface Held {
  readonly id: number;
  readonly attributes: { readonly name: string; readonly score: number | null };
}
interface Endpoint {
  readonly url: string;
  readonly held: Map<number, Held>;
  /** The next requests are answered so, and not applied. */
  answerNext(status: number, headers?: Record<string, string>, times?: number): void;
  close(): Promise<void>;
}

/** A small service with people in it. */
async function startEndpoint(): Promise<Endpoint> {
  const held = new Map<number, Held>();
  let planned: { status: number; headers: Record<string, string> }[] = [];
  const server: Server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === "DELETE" ? undefined : ((await jsonOf(request)) as { records: readonly Held[] });
    const instead = planned.shift();
    if (instead !== undefined || request.headers.authorization !== "Bearer planted-crm-token") {
      response.writeHead(instead?.status ?? 401, { "content-type": "application/json", ...instead?.headers });
      response.end(JSON.stringify({ message: "not now" }));
      return;
    }
    const errors: unknown[] = [];
    if (body === undefined) held.delete(Number(request.url?.split("/").at(-1)));
    for (const [index, person] of body?.records.entries() ?? []) {
      if (person.attributes.name === "bad") errors.push({ index, field: "name", message: "bad is no name" });
      else held.set(person.id, person);
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors }));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    answerNext(status, headers = {}, times = 1) {
      planned = times === 0 ? [] : [...planned, ...Array.from({ length: times }, () => ({ status, headers }))];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
