import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SyncFailure } from "../../../src/failure";
import { findProject, readText, syncFiles } from "../../../src/project/find";

let root: string;

function write(...files: string[]) {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), `text of ${file}`);
  }
}

function failure(code: string) {
  return (error: unknown) => error instanceof SyncFailure && error.code === code;
}

beforeEach(() => {
  root = mkdtempSync(path.join(realpathSync(tmpdir()), "sluice-find-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("findProject", () => {
  it("finds the nearest sluice.yaml above a file, be it there or not", async () => {
    write("sluice.yaml", "a/b/x.sync.yaml", "a/inner/sluice.yaml");
    assert.equal(await findProject(path.join(root, "a/b/x.sync.yaml")), root);
    assert.equal(await findProject(path.join(root, "a/b/new/y.sync.yaml")), root);
    assert.equal(await findProject(path.join(root, "a/inner")), path.join(root, "a/inner"));
    assert.equal(await findProject(path.join(root, "sluice.yaml")), root);
  });

  it("finds none where a folder only has its name", async () => {
    write("sluice.yaml/x");
    const found = await findProject(path.join(root, "sluice.yaml"));
    assert.ok(found === undefined || !found.startsWith(root));
  });
});

describe("syncFiles", () => {
  it("lists the project's own sync files, sorted", async () => {
    write("sluice.yaml", "b.sync.yaml", "a/z.sync.yaml", "a/x.yaml", "é/ü.sync.yaml");
    write(".git/h.sync.yaml", "node_modules/p/n.sync.yaml", "a/inner/sluice.yaml", "a/inner/i.sync.yaml");
    symlinkSync(path.join(root, "a"), path.join(root, "link"));
    symlinkSync(path.join(root, "b.sync.yaml"), path.join(root, "l.sync.yaml"));
    mkdirSync(path.join(root, "folder.sync.yaml"));
    assert.deepEqual(await syncFiles(root), ["a/z.sync.yaml", "b.sync.yaml", "é/ü.sync.yaml"]);
  });

  it("says so when the folder cannot be read", async () => {
    await assert.rejects(syncFiles(path.join(root, "nope")), failure("unreadable-folder"));
  });
});

describe("readText", () => {
  it("gives the text, or undefined where there is no file", async () => {
    write("a/b.sql");
    assert.equal(await readText(root, "a/b.sql"), "text of a/b.sql");
    assert.equal(await readText(root, "a/../a/b.sql"), "text of a/b.sql");
    assert.equal(await readText(root, "a/c.sql"), undefined);
    assert.equal(await readText(root, "a/b.sql/c"), undefined);
  });

  it("refuses paths and links that lead outside", async () => {
    write("p/x", "secret");
    const inner = path.join(root, "p");
    symlinkSync(path.join(root, "secret"), path.join(inner, "link"));
    symlinkSync(root, path.join(inner, "up"));
    for (const file of ["../secret", "a/../../secret", path.join(root, "secret"), "link", "up/secret", "x\0"]) {
      await assert.rejects(readText(inner, file), failure("outside-project"), file);
    }
  });

  it("follows a link that stays inside, and a root that is one", async () => {
    write("p/x");
    symlinkSync(path.join(root, "p/x"), path.join(root, "p/y"));
    symlinkSync(path.join(root, "p"), path.join(root, "q"));
    assert.equal(await readText(path.join(root, "q"), "y"), "text of p/x");
  });

  it("refuses what is no file", async () => {
    write("p/x");
    await assert.rejects(readText(root, "p"), failure("unreadable-file"));
  });
});
