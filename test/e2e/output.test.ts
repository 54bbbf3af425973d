import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";
import { outputJsonSchemas } from "../../src/cli/output-schemas";
import { filesBelow, makeProject, type Project, type Ran, type Served } from "../support/cli";

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const validators = Object.fromEntries(
  Object.entries(outputJsonSchemas()).map(([command, schema]) => [command, ajv.compile(schema as object)]),
);

describe("what the command line prints for programs", function () {
  this.timeout(60_000);
  let project: Project;

  before(async () => {
    project = makeProject();
    await project.sluice("init . --sample");
    project.write({
      "syncs/broken.sync.yaml": project.read("syncs/companies.sync.yaml").replace("name: name", "name: nome"),
      "syncs/days.sync.yaml": `
model:
  sql: |
    select customer_id, day, events::hugeint * 10000000000000000000 as events, minutes, day > date '2025-11-05' as late
    from product_usage where customer_id < 1003
  key: [customer_id, day]
destination: { connection: exports, object: row, match: what, path: days.jsonl }
mode: mirror
on_removed: delete
guards: { max_changes: 3, max_removed: 100% }
fields:
  what: { template: "{{ customer_id }} {{ day }}" }
  events: events
  minutes: minutes
  late: late
`,
    });
  });
  after(() => project.remove());

  for (const [words, schema, code] of [
    ["plan companies contacts nps days --first-run send", "plan", 5],
    ["plan companies --sample 3", "plan", 0],
    ["plan contacts broken companies", "plan", 1],
    ["plan nobody", "plan", 2],
    ["preview days --limit 3", "preview", 0],
    ["preview contacts --records --limit 400", "preview", 0],
    ["preview broken", "preview", 0],
    ["run companies contacts --first-run send", "run", 3],
    ["run days --first-run send", "run", 5],
    ["run contacts nps broken", "run", 4],
    ["run broken", "run", 1],
    ["run companies --target nowhere", "run", 2],
    ["retry last", "run", 3],
  ] as const) {
    it(`\`${words}\` gives what its schema describes`, async () => {
      const ran = await project.sluice(`${words} --format json`);
      assert.equal(ran.code, code, ran.stdout.slice(-600) + ran.stderr);
      const validate = validators[schema];
      assert.ok(validate?.(ran.json), `${ajv.errorsText(validate?.errors)}\n${ran.stdout.slice(0, 2000)}`);
    });
  }

  it("nothing but JSON stands on stdout, nothing but words for people on stderr", async () => {
    const { stdout, stderr } = await project.sluice("plan companies --format json");
    assert.doesNotThrow(() => JSON.parse(stdout) as unknown);
    assert.equal(stderr, "");
  });

  it("colours are for terminals", async () => {
    const plain = await project.sluice("plan companies");
    const coloured = await project.sluice("plan companies", { env: { FORCE_COLOR: "1" } });
    assert.ok(!plain.stdout.includes("\u001b["));
    assert.ok(coloured.stdout.includes("\u001b["));
  });
});

describe("secrets", function () {
  this.timeout(60_000);
  const fromEnvironment = "pat-na1-planted-in-the-environment";
  const fromFile = "pat-na1-planted-in-dot-env";
  let project: Project;
  let sandbox: Served;
  let said = "";

  before(async () => {
    project = makeProject();
    await project.sluice("init . --sample");
    sandbox = await project.serve();
    project.write({
      ".env": `HUBSPOT_TOKEN=${fromFile}\n`,
      "sluice.yaml": project
        .read("sluice.yaml")
        .replace("sandbox: true", `token: "\${secret:HUBSPOT_TOKEN}", base_url: "${sandbox.url}"`),
    });
  });
  after(() => project.remove());

  const sluice = async (words: string, token?: string): Promise<Ran> => {
    const ran = await project.sluice(`${words} --log-level trace`, { env: { HUBSPOT_TOKEN: token } });
    said += ran.stdout + ran.stderr;
    return ran;
  };

  it("stand in no file, log, report or message", async () => {
    assert.equal((await sluice("connections --test")).code, 0);
    assert.equal((await sluice("describe hubspot", fromEnvironment)).code, 0);
    assert.equal((await sluice("plan contacts --first-run send")).code, 3);
    // The service repeats what it was sent, as proxies and error pages do.
    await sandbox.post("faults", { kind: "error", times: 1, path: "/batch/upsert" });
    assert.equal((await sluice("run companies contacts --first-run send", fromEnvironment)).code, 3);
    assert.equal((await sluice("retry last")).code, 3);
    assert.equal((await sluice("show last --format json", fromEnvironment)).code, 0);
    assert.equal((await sluice("run companies", "expired-token")).code, 0, "nothing to send needs no token");
    project.mend("syncs/companies.sync.yaml", "city: city", "city: { sql: upper(city) }");
    assert.equal((await sluice("run companies", "expired-token")).code, 4);
    await sandbox.stop();
    assert.equal((await sluice("run companies", fromEnvironment)).code, 4);

    const secrets = [fromEnvironment, fromFile, "expired-token"];
    const places = filesBelow(project.root).filter(({ file }) => file !== ".env" && !isSandboxState(file));
    assert.ok(places.some(({ file }) => file.endsWith("exchanges.jsonl") && file.includes("runs")));
    for (const secret of secrets) {
      assert.ok(!said.includes(secret), "the terminal showed a secret");
      for (const { file, bytes } of places) assert.ok(!bytes.includes(secret), `${file} holds a secret`);
    }
  });

  it("what Sluice keeps is for its owner only, and ignored by git", function () {
    if (process.platform === "win32") return this.skip();
    const kept = path.join(project.root, ".sluice");
    const open = [".", ...readdirSync(kept, { recursive: true, encoding: "utf8" })].filter(
      (name) => (statSync(path.join(kept, name)).mode & 0o077) !== 0,
    );
    assert.deepEqual(open, []);
    assert.equal(project.read(".sluice/.gitignore"), "*\n");
  });

  it("are used: the requests carried them", () => {
    const exchanges = filesBelow(path.join(project.root, ".sluice/runs")).filter(({ file }) =>
      file.endsWith("exchanges.jsonl"),
    );
    const all = exchanges.map(({ bytes }) => bytes.toString("utf8")).join("\n");
    assert.match(all, /batch\/upsert/);
    assert.doesNotMatch(all, /Bearer pat-/);
  });
});

/** The simulated service's own memory lists tokens that it takes for expired. */
const isSandboxState = (file: string): boolean => file.startsWith(path.join(".sluice", "sandbox"));
