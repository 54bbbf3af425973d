import assert from "node:assert/strict";
import { makeProject, type Output, type Project, type Ran, type Served } from "../support/cli";

const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  slack: { type: slack, sandbox: true }
`;
const sync = (rows: number, destination: string, fields = "{ name: name }"): string => `
model:
  sql: select i as id, 'Customer ' || i as name, case i when 2 then 'C0NOWHERE1' else 'C0SALES001' end as channel from range(1, ${rows + 1}) t(i)
  key: id
destination: { connection: slack, object: message, ${destination} }
mode: append
fields: ${fields}
`;

describe("Slack, as a user meets it", function () {
  this.timeout(60_000);
  let project: Project;
  let slack: Served;

  before(async () => {
    project = makeProject({ "sluice.yaml": projectFile });
    slack = await project.serve("slack");
  });
  after(() => project.remove());
  beforeEach(() => slack.post("seed", {}));

  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);
  const messages = async (): Promise<readonly { channel: string; text: string }[]> =>
    ((await slack.state()) as unknown as { messages: readonly { channel: string; text: string }[] }).messages;

  it("tells of ten thousand new records in one message, and of none of them again", async () => {
    const digest = 'channel: "#sales", digest: { title: "{{ count }} new", line: "• {{ name }}", lines: 2 }';
    project.write({ "digest.sync.yaml": sync(10_000, digest) });
    const { code, json } = await sluice("run digest --first-run send");
    assert.deepEqual([code, json.runs[0].counts.created, json.runs[0].counts.requests], [0, 10_000, 1]);
    assert.deepEqual((await sluice("run digest")).json.runs[0].counts.unchanged, 10_000);
    assert.deepEqual(
      (await messages()).map(({ text }) => text),
      ["10,000 new\n• Customer 1\n• Customer 2\n… and 9,998 more"],
    );
  });

  it("rejects the record whose channel is not there, on the field's line, and posts the others", async () => {
    project.write({ "each.sync.yaml": sync(3, 'text: "{{ name }}"', "\n  name: name\n  channel: channel") });
    const { code, json } = await sluice("run each --first-run send");
    assert.equal(code, 3);
    assert.deepEqual(
      json.runs[0].rejections.map(({ key, field, code: word }: Output) => [key, field, word]),
      [[2, "channel", "channel_not_found"]],
    );
    assert.deepEqual(
      (await messages()).map(({ text }) => text),
      ["Customer 1", "Customer 3"],
    );
  });

  it("stops after one message where the channel of all of them is not there", async () => {
    project.write({ "gone.sync.yaml": sync(1_000, 'channel: "#gone", text: "{{ name }}"') });
    const { code, json } = await sluice("run gone --first-run send");
    const [{ status, counts, failure }] = json.runs;
    assert.deepEqual([code, status, counts.requests, counts.rejected, counts.inDoubt], [4, "stopped", 1, 1, 0]);
    assert.equal(failure.code, "refused-for-all");
    assert.match(failure.message, /^Slack would refuse every record of this sync: Slack has no such channel/);
  });

  it("says in the file what no message could be made of", async () => {
    project.write({ "wrong.sync.yaml": sync(1, 'channel: "#sales", text: "{{ nmae }}"') });
    const { code, json } = await sluice("check wrong.sync.yaml");
    assert.equal(code, 1);
    assert.match(json.problems[0].message, /\{\{ nmae \}\} stands for no mapped field/);
  });
});
