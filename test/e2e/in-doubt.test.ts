import assert from "node:assert/strict";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import path from "node:path";
import Ajv from "ajv";
import { outputJsonSchemas } from "../../src/cli/output-schemas";
import { makeProject, type Output, type Project } from "../support/cli";

const sync = (rows: string): string => `
model: { sql: "${rows}", key: id }
destination: { connection: events, object: record, path: /events }
mode: append
on: changed
guards: { max_changes: 3 }
fields: { id: id, text: text }
`;
const three = "select i as id, 'text ' || i as text from range(1, 4) t(i)";
const changed = "select i as id, 'text ' || i || ' II' as text from range(1, 4) t(i)";

/** What it was sent, whatever it said to that. */
interface Service {
  readonly url: string;
  readonly taken: string[];
  /** "2": takes the record and says nothing; "hold 2": never ends the answer; "": answers all. */
  silent: string;
  readonly held: Promise<void>;
  readonly server: Server;
}

async function startService(): Promise<Service> {
  const taken: string[] = [];
  const waiting: ServerResponse[] = [];
  let onHeld: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (onHeld = resolve));
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { id, text } = JSON.parse(body) as { id: number; text: string };
      taken.push(`${id} ${text}`);
      if (service.silent === String(id)) return void request.socket.resetAndDestroy();
      if (service.silent === `hold ${id}`) return (onHeld(), void waiting.push(response));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: Service = { url, taken, silent: "", held, server };
  return service;
}

describe("records in doubt", function () {
  this.timeout(60_000);
  let service: Service;
  let project: Project;

  beforeEach(async () => {
    service = await startService();
    project = makeProject({
      "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  events: { type: http, base_url: "${service.url}" }
targets:
  dev: {}
  prod: { confirm: true }
default_target: dev
`,
      "events.sync.yaml": sync(three),
    });
  });
  afterEach(async () => {
    service.server.closeAllConnections();
    service.server.close();
    await project.remove();
  });

  const json = async (words: string, code: number): Promise<Output> => {
    const ran = await project.sluice(`${words} --format json`);
    assert.equal(ran.code, code, ran.stdout + ran.stderr);
    return ran.json;
  };
  const firstRun = async (): Promise<string> => {
    service.silent = "2";
    const [{ id, counts }] = (await json("run events --first-run send", 3)).runs;
    assert.deepEqual([counts.created, counts.inDoubt], [2, 1]);
    service.silent = "";
    service.taken.length = 0;
    return id;
  };

  it("are held out of every plan and run until they are settled, and each says why", async () => {
    const id = await firstRun();
    project.write({ "events.sync.yaml": sync(changed) });
    const { counts, held, doubts, notices } = (await json("plan events", 3)).syncs[0];
    assert.deepEqual([counts.create + counts.update, counts.held], [2, 1]);
    assert.deepEqual(held, { inDoubt: 1, reverted: 0, waiting: 0 });
    assert.deepEqual(doubts, [{ run: id, records: 1 }]);
    assert.deepEqual(
      notices.map(({ code, message }: Output) => [code, message.includes(`sluice retry ${id} --in-doubt applied`)]),
      [["in-doubt", true]],
    );
    const [later] = (await json("run events", 3)).runs;
    assert.deepEqual([later.status, later.counts.held, later.held.inDoubt], ["succeeded", 1, 1]);
    assert.deepEqual(service.taken, ["1 text 1 II", "3 text 3 II"]);
    const { stdout } = await project.sluice(`show ${id}`);
    assert.match(stdout, /1 record of run \S+ is in doubt/);
    assert.match(stdout, /sluice retry \S+ --in-doubt resend/);
    assert.match(stdout, /still in doubt: 2\n/);
  });

  it("settled as applied they count as they were sent; nothing is sent", async () => {
    const id = await firstRun();
    rmSync(path.join(project.root, ".sluice/plans"), { recursive: true });
    const said = await json(`retry ${id} --in-doubt applied`, 0);
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(outputJsonSchemas().retry as object);
    assert.equal(validate(said), true, JSON.stringify(validate.errors));
    assert.deepEqual(said.settled, { run: id, sync: "events", target: "dev", how: "applied", records: 1, left: 0 });
    const { counts } = (await json("plan events", 0)).syncs[0];
    assert.deepEqual([counts.create, counts.update, counts.held, counts.unchanged], [0, 0, 0, 3]);
    assert.deepEqual(service.taken, []);
    assert.match((await project.sluice(`show ${id}`)).stdout, /Every record that was in doubt has been settled/);
    assert.equal((await json(`retry ${id} --in-doubt applied`, 4)).failure.code, "nothing-in-doubt");
  });

  it("settled as not taken they are sent by today's rows, through a plan of their own", async () => {
    const id = await firstRun();
    project.write({ "events.sync.yaml": sync(changed) });
    const [report] = (await json(`retry ${id} --in-doubt resend`, 0)).runs;
    assert.deepEqual([report.status, report.counts.created + report.counts.updated], ["succeeded", 1]);
    assert.deepEqual(service.taken, ["2 text 2 II"]);
  });

  it("sent again they obey the guards, and stay changes where one trips", async () => {
    const id = await firstRun();
    project.write({ "events.sync.yaml": sync(changed).replace("max_changes: 3", "min_rows: 4") });
    const [report] = (await json(`retry ${id} --in-doubt resend`, 5)).runs;
    assert.equal(report.status, "guarded");
    assert.deepEqual(service.taken, []);
    project.write({ "events.sync.yaml": sync(three) });
    assert.deepEqual((await json("plan events", 0)).syncs[0].counts.create, 1);
  });

  it("some are settled by their keys, the others stay in doubt", async () => {
    service.server.removeAllListeners("request").on("request", (request) => request.socket.resetAndDestroy());
    // Three in a row end a run.
    const [{ id, counts }] = (await json("run events --first-run send", 4)).runs;
    assert.equal(counts.inDoubt, 3);
    assert.deepEqual((await json(`retry ${id} --in-doubt applied --only 2 9`, 0)).settled.left, 2);
    assert.equal((await json(`retry ${id} --in-doubt applied --only 2`, 4)).failure.code, "nothing-in-doubt");
    assert.deepEqual((await json("ledger show events", 0)).ledgers[0].counts.doubt, 2);
  });

  it("of a run that was killed: its report is written by whoever recovers it, and they can be settled at once", async () => {
    service.silent = "hold 2";
    await project.sluice("run events --first-run send", {
      started: async (child) => {
        await service.held;
        child.kill("SIGKILL");
      },
    });
    service.silent = "";
    const sent = [...service.taken];
    assert.deepEqual((await json("runs", 0)).runs, []);
    const { held, doubts } = (await json("plan events", 3)).syncs[0];
    assert.equal(held.inDoubt, 1);
    const [{ run }] = doubts;
    assert.deepEqual(service.taken, sent);
    const [report] = (await json("runs", 0)).runs;
    assert.deepEqual(
      [report.id, report.status, report.failure.code, report.counts.created, report.counts.inDoubt],
      [run, "stopped", "interrupted", sent.length - 1, 1],
    );
    const [shown] = (await json(`show ${run}`, 0)).runs;
    assert.deepEqual(
      shown.rejections.map(({ key, code }: Output) => [key, code]),
      [[2, "in-doubt"]],
    );
    await json(`retry ${run} --in-doubt resend`, 0);
    assert.deepEqual(service.taken, [...sent, "2 text 2"]);
  });

  it("are settled although the run's folder is gone, and although nobody has recovered it", async () => {
    service.silent = "hold 1";
    await project.sluice("run events --first-run send", {
      started: async (child) => {
        await service.held;
        child.kill("SIGKILL");
      },
    });
    service.silent = "";
    const { run } = JSON.parse(project.read(".sluice/journal/dev/events.jsonl").split("\n")[0] ?? "") as Output;
    rmSync(path.join(project.root, ".sluice/runs"), { recursive: true });
    assert.equal((await json(`retry ${run} --in-doubt applied`, 0)).settled.records, 1);
    assert.deepEqual((await json("ledger show events", 0)).ledgers[0].counts.live, 1);
  });

  it("are sent again to a target that asks only after it was asked", async () => {
    service.silent = "2";
    const [{ id }] = (await json("run events --first-run send --target prod --yes", 3)).runs;
    service.silent = "";
    service.taken.length = 0;
    assert.equal((await json(`retry ${id} --in-doubt resend`, 2)).failure.code, "confirmation-needed");
    assert.deepEqual(service.taken, []);
    await json(`retry ${id} --in-doubt resend --yes`, 0);
    assert.deepEqual(service.taken, ["2 text 2"]);
  });
});
