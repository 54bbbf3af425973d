import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { type FileStep } from "../../../src/destinations/destination";
import { projectFiles } from "../../../src/run/files";
import { inFolder } from "./support";

const write = (operation: "replace" | "append", file: string, text: string): FileStep => ({
  step: "file",
  operation,
  path: file,
  text,
  effect: "write",
  repeatable: true,
  changes: [1],
});
const read = (file: string): FileStep => ({ step: "file", operation: "read", path: file, effect: "read" });

describe("file steps", () => {
  it("replaces, appends and reads inside the project, and leaves nothing else behind", () =>
    inFolder(async (root) => {
      const files = projectFiles(root);
      assert.deepEqual(await files.perform(read("out/people.csv")), { kind: "file" });
      await files.perform(write("append", "out/people.csv", "a\n"));
      await files.perform(write("append", "out/people.csv", "b😀\n"));
      assert.deepEqual(await files.perform(read("out/people.csv")), { kind: "file", text: "a\nb😀\n" });
      await files.perform(write("replace", "out/people.csv", "c\n"));
      assert.equal(await readFile(path.join(root, "out/people.csv"), "utf8"), "c\n");
      assert.deepEqual(await readdir(path.join(root, "out")), ["people.csv"]);
    }));

  const outside = [
    "../people.csv",
    "a/../../people.csv",
    "/tmp/people.csv",
    "C:\\people.csv",
    "a\\..\\..\\people.csv",
    "",
    "out\0.csv",
    "escape/people.csv",
    "leak.csv",
    "dangling.csv",
    ".sluice/ledger/x",
    ".git/config",
    "sub/.GIT/hooks/pre-commit",
    ".git./config",
    ".git /config",
    "GIT~1/config",
    ".sluice::$INDEX_ALLOCATION/x",
    ".env",
    "\\\\server\\share\\people.csv",
    "//server/share/people.csv",
    "file:///tmp/people.csv/../../../x",
  ];
  for (const file of outside) {
    it(`refuses ${JSON.stringify(file)}`, () =>
      inFolder(async (folder) => {
        const root = path.join(folder, "project");
        await mkdir(root);
        await mkdir(path.join(folder, "elsewhere"));
        await writeFile(path.join(folder, "elsewhere/secret.csv"), "secret");
        await symlink(path.join(folder, "elsewhere"), path.join(root, "escape"));
        await symlink(path.join(folder, "elsewhere/secret.csv"), path.join(root, "leak.csv"));
        await symlink(path.join(folder, "elsewhere/new.csv"), path.join(root, "dangling.csv"));
        const before = await readdir(path.join(folder, "elsewhere"));
        for (const step of [read(file), write("append", file, "x"), write("replace", file, "x")]) {
          await assert.rejects(projectFiles(root).perform(step), { name: "SyncFailure", code: "outside-project" });
        }
        assert.deepEqual(await readdir(path.join(folder, "elsewhere")), before);
        assert.equal(await readFile(path.join(folder, "elsewhere/secret.csv"), "utf8"), "secret");
      }));
  }

  it("writes through a link that stays inside the project", () =>
    inFolder(async (root) => {
      await writeFile(path.join(root, "real.csv"), "old");
      await symlink("real.csv", path.join(root, "link.csv"));
      await projectFiles(root).perform(write("replace", "link.csv", "new"));
      assert.equal(await readFile(path.join(root, "real.csv"), "utf8"), "new");
    }));

  it("says which file could not be written and why", () =>
    inFolder(async (root) => {
      await mkdir(path.join(root, "people.csv"));
      await assert.rejects(projectFiles(root).perform(write("append", "people.csv", "x")), {
        code: "file-failed",
        message: "people.csv could not be read or written: it is a folder.",
      });
    }));

  it("appends in turn, never in one another", () =>
    inFolder(async (root) => {
      const files = projectFiles(root);
      const lines = Array.from({ length: 50 }, (_, index) => `${String(index).repeat(1000)}\n`);
      await Promise.all(lines.map((line) => files.perform(write("append", "log.jsonl", line))));
      assert.deepEqual((await readFile(path.join(root, "log.jsonl"), "utf8")).split(/(?<=\n)/).sort(), lines.sort());
    }));
});
