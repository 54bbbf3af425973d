import assert from "node:assert/strict";
import { makeProject, type Output, type Project, type Served } from "../support/cli";

describe("the sample project, on the command line", function () {
  this.timeout(120_000);
  let project: Project;
  let sandbox: Served;
  let live: Output;

  before(async () => {
    project = makeProject();
    const { code } = await project.sluice("init . --sample");
    assert.equal(code, 0);
    sandbox = await project.serve();
  });
  after(() => project.remove());

  it("has no problems", async () => {
    const { code, stdout } = await project.sluice("check");
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "No problems.\n" });
  });

  it("previews rows of the model, awkward ones too", async () => {
    const { code, json } = await project.sluice("preview contacts --limit 1000 --format json");
    assert.equal(code, 0);
    assert.equal(json.truncated, false);
    assert.deepEqual(
      json.columns.map(({ name, type }: Output) => `${name} ${type}`),
      [
        ...["id BIGINT", "email VARCHAR", "first_name VARCHAR", "last_name VARCHAR", "plan VARCHAR", "title VARCHAR"],
        ...["company_domain VARCHAR", "signed_up_at TIMESTAMP", "ltv DECIMAL(38,2)", "last_order DATE"],
      ],
    );
    const zoe = json.rows.find(([id]: Output) => id === 2010);
    assert.deepEqual(zoe.slice(2, 8), [
      ...["Zoë 🚀", "Müller-Ōkami", "paid", "Line one\nLine two"],
      ...["hooli-labs.example.com", "2025-03-07T10:00:00.123456"],
    ]);
  });

  it("shows in a dry run what would be sent, and sends nothing", async () => {
    const before = await sandbox.state();
    for (const options of [
      "--first-run send",
      "--first-run adopt --full --read-back all",
      "--first-run baseline --read-back none",
      "--first-run send --limit 5 --only 1001 1002",
    ]) {
      const { code } = await project.sluice(`plan companies contacts ${options}`);
      assert.equal(code, options.includes("--only") ? 0 : 3, options);
    }
    assert.equal((await project.sluice("plan contacts --first-run send --out contacts.plan")).code, 3);
    assert.equal((await project.sluice("plan companies --detailed-exitcode")).code, 6);
    assert.equal((await project.sluice("preview contacts --records")).code, 0);
    assert.equal((await project.sluice("connections --test")).code, 0);
    const { reads, writes } = await sandbox.requests();
    assert.equal(writes, 0);
    assert.ok(reads > 0, "the plans were compared with what the sandbox holds");
    assert.deepEqual(records(await sandbox.state()), records(before));
  });

  it("runs companies before contacts, because contacts name them in `after`", async () => {
    const { code, json } = await project.sluice("run contacts companies --first-run send --format json");
    assert.equal(code, 3);
    assert.deepEqual(
      json.runs.map(({ sync, status, counts }: Output) => [sync, status, counts.created, counts.rejected]),
      [
        ["companies", "succeeded", 60, 0],
        ["contacts", "rejected", 347, 66],
      ],
    );
    const writes = (await sandbox.requests()).requests.filter(({ effect }) => effect === "write");
    assert.deepEqual([...new Set(writes.map(({ path }) => path.split("/")[4]))], ["companies", "contacts"]);
    live = json.runs[1];
  });

  it("reports every refused row once, with its stage, field and reason", () => {
    const rejections: readonly Output[] = live.rejections;
    const keys = rejections.map(({ key }) => key).filter((key) => key !== 2008);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(rejections.filter(({ key }) => key === 2008).length, 2, "two rows have the key 2008");
    const awkward = rejections.filter(({ code }) => code !== "no-matching-value");
    assert.deepEqual(awkward.map(({ key, stage, field, code }) => `${key} ${stage} ${field} ${code}`).sort(), [
      "2001 mapping email malformed-email",
      "2002 destination email INVALID_EMAIL",
      "2003 mapping email malformed-email",
      "2005 model email null-match",
      "2006 model email shared-match",
      "2007 model email shared-match",
      "2008 model id duplicate-key",
      "2008 model id duplicate-key",
      "null model id null-key",
    ]);
    assert.equal(rejections.length - awkward.length, 57);
  });

  it("shows what HubSpot was sent and answered for a record it refused", async () => {
    const refused = live.rejections.find(({ stage }: Output) => stage === "destination");
    assert.deepEqual(
      { key: refused.key, field: refused.field, reason: refused.reason, status: refused.status },
      { key: 2002, field: "email", reason: "Email address jean@bartik..example.com is invalid", status: 207 },
    );
    const { code, stdout } = await project.sluice("show last");
    assert.equal(code, 0);
    assert.match(stdout, /2002 {2}destination · email: Email address jean@bartik\.\.example\.com is invalid/);
    assert.match(stdout, /→ POST http:\/\/127\.0\.0\.1:\d+\/crm\/objects\/2026-03\/contacts\/batch\/upsert/);
    assert.match(stdout, /← 207 /);
    const { json } = await project.sluice("show last --format json");
    const exchange = json.runs[0].exchanges[refused.exchange];
    const { inputs } = JSON.parse(exchange.request.body);
    const sent = inputs.find(({ id }: Output) => id === "jean@bartik..example.com");
    assert.equal(sent.properties.firstname, "Jean");
    const answer = JSON.parse(exchange.response.body);
    assert.ok(
      answer.errors.some(({ context }: Output) => context?.objectWriteTraceId?.includes(sent.objectWriteTraceId)),
      "the answer names the record's trace id",
    );
  });

  it("sends only what was refused when it is retried with a mended mapping", async () => {
    project.mend("syncs/contacts.sync.yaml", "trial: lead }", "trial: lead, churned: other }");
    const before = (await sandbox.requests()).writes;
    const { code, json } = await project.sluice("retry last --format json");
    assert.equal(code, 3);
    const [{ counts, rejections }] = json.runs;
    assert.deepEqual([counts.created, counts.updated, counts.rejected], [57, 0, 8]);
    assert.ok(!rejections.some(({ code }: Output) => code === "no-matching-value"));
    assert.equal((await sandbox.requests()).writes - before, 1);
  });

  it("has nothing to do, and asks nothing, in a second run", async () => {
    project.mend(
      "models/customers.sql",
      "group by all",
      "where regexp_full_match(trim(c.email), '[^@\\s]+@([^@\\s.]+\\.)+[a-z]+')\ngroup by all",
    );
    const before = await sandbox.requests();
    const { code, json } = await project.sluice("run companies contacts --format json");
    assert.equal(code, 3, "rows without a key or with a shared e-mail are still rejected");
    for (const { counts } of json.runs) {
      const { created, updated, deleted, requests } = counts;
      assert.deepEqual([created, updated, deleted, requests], [0, 0, 0, 0]);
    }
    assert.equal((await sandbox.requests()).total, before.total);
  });

  it("keeps every run", async () => {
    const { json } = await project.sluice("runs --format json");
    assert.deepEqual(
      json.runs.map(({ sync, status }: Output) => `${sync} ${status}`),
      ["contacts rejected", "companies succeeded", "contacts rejected", "contacts rejected", "companies succeeded"],
    );
  });

  it("writes the survey to a file, each answer once", async () => {
    assert.equal((await project.sluice("run nps --first-run send")).code, 0);
    const first = project.read("exports/nps.csv");
    assert.equal((await project.sluice("run nps")).code, 0);
    assert.equal(project.read("exports/nps.csv"), first);
    assert.ok(first.includes('"Too expensive for ""small"" teams"'));
  });
});

const records = (state: Output): Output => state.records;
