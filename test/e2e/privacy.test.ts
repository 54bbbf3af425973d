/** What lies in .sluice is for its owner's eyes only, whatever the umask and whatever was there before. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { makeProject, type Project } from "../support/cli";

describe("files of a project under umask 000", function () {
  this.timeout(120_000);
  let project: Project;
  let umask: number;
  const open: string[] = [];
  const steps = [
    "init --sample",
    "describe",
    "check --values",
    "preview contacts --records",
    "plan all --out kept.plan",
    "run companies --yes",
    "run contacts --yes",
    "run exported --yes",
    "retry last",
    "runs",
    "show last",
    "ledger show contacts",
  ];

  before(async () => {
    project = makeProject();
    umask = process.umask(0o000);
    // As an older version, or a careless colleague, may have left it.
    let left = [".sluice", ".sluice/runs", ".sluice/tmp", ".sluice/ledger", ".sluice/sandbox"].map((folder) =>
      path.join(project.root, folder),
    );
    for (const folder of left) {
      mkdirSync(folder);
      chmodSync(folder, 0o777);
    }
    let done = false;
    const watching = (async () => {
      while (!done) {
        // Before the first command closes them, one after the other, they are as they were; once closed they stay so.
        left = left.filter(isOpen);
        const [outermost] = left;
        if (outermost !== path.join(project.root, ".sluice")) {
          open.push(...openBelow(path.join(project.root, ".sluice")).filter((one) => !left.includes(one)));
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    for (const step of steps) {
      if (step === "describe") {
        project.write({
          "syncs/exported.sync.yaml":
            "model: { sql: \"select 1 as id, 'a@x.io' as email\", key: id }\n" +
            "destination: { connection: exports, object: records, path: out/people.csv, match: id }\n" +
            "mode: upsert\nfields: { id: id, email: email }\n",
        });
      }
      const { code, stdout, stderr } = await project.sluice(step);
      assert.ok([0, 3, 4].includes(code), `${step}: ${code} ${stdout} ${stderr}`);
    }
    done = true;
    await watching;
  });
  after(async () => {
    process.umask(umask);
    await project.remove();
  });

  it("are the owner's alone in .sluice, at every moment", () => {
    assert.deepEqual([...new Set(open)], []);
    assert.deepEqual(openBelow(path.join(project.root, ".sluice")), []);
    for (const part of ["ledger", "plans", "runs", "journal", "sandbox"])
      assert.ok(existsSync(path.join(project.root, ".sluice", part)), `${part} was never made`);
  });

  it("are as open as the user's others where the user asked for them", () => {
    for (const file of [
      "sluice.yaml",
      "warehouse.duckdb",
      "syncs/contacts.sync.yaml",
      "schema/hubspot.json",
      "exports/out/people.csv",
    ]) {
      const { mode } = statSync(path.join(project.root, file));
      // Copies of the sample's files keep the sample's mode.
      assert.equal((mode & 0o044).toString(8), "44", file);
    }
    assert.equal((statSync(path.join(project.root, "exports/out")).mode & 0o777).toString(8), "777");
  });

  it("stay closed where they hold rows before they were asked for: a plan that is kept elsewhere", () => {
    assert.equal((statSync(path.join(project.root, "kept.plan")).mode & 0o777).toString(8), "600");
  });
});

function openBelow(folder: string): readonly string[] {
  return list(folder)
    .map((name) => path.join(folder, name))
    .filter(isOpen);
}

function list(folder: string): readonly string[] {
  try {
    return ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })];
  } catch {
    return [];
  }
}

/** Gone meanwhile is not open. */
function isOpen(file: string): boolean {
  try {
    return (lstatSync(file).mode & 0o077) !== 0;
  } catch {
    return false;
  }
}
