/** No telemetry: whatever is done with a project, nothing is connected to, looked up or started but what its connections name. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { makeProject, type Project } from "../support/cli";

const recorder = path.join(__dirname, "../support/recorder.mjs");

describe("whom the product talks to", function () {
  this.timeout(120_000);
  let project: Project;
  let file: string;
  before(async () => {
    project = makeProject();
    file = path.join(project.root, "..", `${path.basename(project.root)}.record`);
    await project.sluice("init . --sample");
  });
  after(async () => {
    await project.remove();
    rmSync(file, { force: true });
  });

  /** What happened while the commands ran, each kind once. */
  async function record(commands: readonly string[], env: Readonly<Record<string, string>> = {}) {
    rmSync(file, { force: true });
    for (const words of commands) {
      const options = { NODE_OPTIONS: `--import ${pathToFileURL(recorder).href}`, SLUICE_RECORD: file, ...env };
      const { code, stderr } = await project.sluice(words, { env: options });
      assert.notEqual(code, 2, `${words}: ${stderr}`);
    }
    const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    return [
      ...new Set(
        lines.map((line) => line.replace(/^start .*[\\/]/, "start ").replace(/ 127\.0\.0\.1:\d+$/, " this machine")),
      ),
    ].sort();
  }

  it("is nobody where a sandbox is all that a project names", async () => {
    const commands = [
      "--version",
      "check",
      "connections --test",
      "describe hubspot",
      "preview contacts --records",
      "plan companies contacts nps --first-run send --read-back",
      "run companies contacts nps --first-run send --verify",
      "retry last",
      "runs",
      "show last",
      "ledger show contacts",
      "revert last --dry-run",
      "purge --older-than 30d --dry-run",
    ];
    const seen = await record(commands);
    assert.ok(seen.includes("connect this machine"), "nothing was recorded");
    assert.deepEqual(
      seen.filter((line) => !["connect this machine", "start node", "start git"].includes(line)),
      [],
    );
  });

  it("is the destination's own host where it is the real one", async () => {
    project.mend("sluice.yaml", "sandbox: true", 'token: "${secret:HUBSPOT_TOKEN}"');
    const seen = await record(["check", "connections --test", "run companies"], { HUBSPOT_TOKEN: "pat-na1-planted" });
    assert.deepEqual(
      seen.filter((line) => !["start node", "start git"].includes(line)),
      ["connect api.hubapi.com:443"],
    );
  });
});
