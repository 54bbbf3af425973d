/** `sluice purge`: what runs left behind goes when asked, and only that. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { makeProject, type Project } from "../support/cli";

describe("sluice purge", function () {
  this.timeout(60_000);
  let project: Project;
  const below = (name: string): readonly string[] => {
    const folder = path.join(project.root, ".sluice", name);
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  before(async () => {
    project = makeProject();
    assert.equal((await project.sluice("init --sample")).code, 0);
    assert.equal((await project.sluice("run companies --yes")).code, 0);
    assert.equal((await project.sluice("plan companies")).code, 0);
  });
  after(() => project.remove());

  it("has nothing to do where all is young", async () => {
    const { code, stdout } = await project.sluice("purge");
    assert.equal(code, 0);
    assert.match(stdout, /There is nothing to remove/);
  });

  it("says on a dry run what would go", async () => {
    const { code, stdout } = await project.sluice("purge --older-than 0d --dry-run");
    assert.equal(code, 0);
    assert.match(stdout, /^Would remove 1 run, 2 plans: /);
    assert.deepEqual([below("runs").length, below("plans").length], [1, 2]);
  });

  it("removes nothing without a yes", async () => {
    const { code, stderr } = await project.sluice("purge --older-than 0d");
    assert.equal(code, 2);
    assert.match(stderr, /asks for confirmation/);
    assert.equal(below("runs").length, 1);
  });

  it("understands days only", async () => assert.equal((await project.sluice("purge --older-than soon")).code, 2));

  it("removes it, says what, and leaves the ledger: the next run has nothing to send", async () => {
    const { code, json } = await project.sluice("purge --older-than 0d --yes --format json");
    assert.equal(code, 0);
    assert.deepEqual([json.command, json.removed, json.runs.length, json.plans.length], ["purge", true, 1, 2]);
    assert.deepEqual([below("runs"), below("plans")], [[], []]);
    const { json: after } = await project.sluice("run companies --yes --format json");
    assert.deepEqual([after.runs[0].counts.created, after.runs[0].counts.updated], [0, 0]);
  });

  it("removes the run that is named", async () => {
    const { code, stdout } = await project.sluice("purge --run last --yes");
    assert.equal(code, 0, stdout);
    assert.deepEqual(below("runs"), []);
    assert.equal((await project.sluice("purge --run last --yes")).code, 2);
  });

  it("goes by sluice.yaml after each run", async () => {
    project.write({ "sluice.yaml": `${project.read("sluice.yaml")}\nretention: { runs: { count: 1 } }\n` });
    assert.equal((await project.sluice("check")).code, 0);
    for (const _ of [1, 2, 3]) assert.equal((await project.sluice("run companies --yes")).code, 0);
    assert.equal(below("runs").length, 1);
  });
});
