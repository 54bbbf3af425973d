import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { SyncFailure } from "../../../src/failure";
import { fileName, ledgerFile, ledgerLock, makeSluiceFolder } from "../../../src/ledger/place";

describe("the place of Sluice's files", () => {
  it("is made for the owner only, and kept out of git from the first write", async () => {
    const root = mkdtempSync(join(tmpdir(), "sluice-place-"));
    chmodSync(root, 0o755);
    const folder = await makeSluiceFolder(root);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(readFileSync(join(folder, ".gitignore"), "utf8"), "*\n");
    writeFileSync(join(folder, ".gitignore"), "mine\n");
    await makeSluiceFolder(root);
    assert.equal(readFileSync(join(folder, ".gitignore"), "utf8"), "mine\n");
    rmSync(root, { recursive: true });
  });

  it("closes what was open to others, and what lies in it", async () => {
    const root = mkdtempSync(join(tmpdir(), "sluice-place-"));
    const folder = join(root, ".sluice");
    mkdirSync(join(folder, "runs", "1"), { recursive: true });
    writeFileSync(join(folder, "runs", "1", "report.json"), "{}");
    for (const path of [folder, join(folder, "runs"), join(folder, "runs", "1")]) chmodSync(path, 0o777);
    chmodSync(join(folder, "runs", "1", "report.json"), 0o666);
    await makeSluiceFolder(root);
    const modes = ["", "runs", "runs/1", "runs/1/report.json", ".gitignore"].map((path) =>
      (statSync(join(folder, path)).mode & 0o777).toString(8),
    );
    assert.deepEqual(modes, ["700", "700", "700", "600", "600"]);
    rmSync(root, { recursive: true });
  });

  const links: readonly (readonly [title: string, make: (root: string, elsewhere: string) => void])[] = [
    ["a link to a folder", (root, elsewhere) => symlinkSync(elsewhere, join(root, ".sluice"))],
    ["a link to nowhere", (root, elsewhere) => symlinkSync(join(elsewhere, "new"), join(root, ".sluice"))],
    ["a file", (root) => writeFileSync(join(root, ".sluice"), "")],
    ["a folder with a linked folder in it", (root, elsewhere) => inside(root, "ledger", elsewhere)],
    ["a folder with a linked file in it", (root, elsewhere) => inside(root, "journal/x.jsonl", join(elsewhere, "x"))],
    ["a folder whose .gitignore is a link", (root, elsewhere) => inside(root, ".gitignore", join(elsewhere, "x"))],
  ];
  function inside(root: string, name: string, to: string): void {
    mkdirSync(dirname(join(root, ".sluice", name)), { recursive: true });
    symlinkSync(to, join(root, ".sluice", name));
  }
  for (const [title, make] of links) {
    it(`is not ${title} that a repository brought`, async () => {
      const above = mkdtempSync(join(tmpdir(), "sluice-place-"));
      const [root, elsewhere] = [join(above, "project"), join(above, "elsewhere")];
      for (const folder of [root, elsewhere]) mkdirSync(folder);
      make(root, elsewhere);
      await assert.rejects(
        makeSluiceFolder(root),
        (error) => error instanceof SyncFailure && error.code === "folder-linked",
      );
      assert.deepEqual(readdirSync(elsewhere), []);
      rmSync(above, { recursive: true });
    });
  }

  it("gives every sync and target a file of its own, whatever their names", () => {
    const names = [
      "contacts",
      "Contacts",
      "con",
      "CON",
      "..",
      ".",
      "a/b",
      "a\\b",
      "a%2fb",
      "a b",
      "a.b",
      "ü",
      "🙂",
      "",
      "x".repeat(300),
      `${"x".repeat(300)}y`,
      "a\0b",
      "nul.txt",
      "a:b",
    ];
    const files = names.map(fileName);
    assert.equal(new Set(files.map((file) => file.toLowerCase())).size, names.length);
    for (const file of files) {
      assert.match(file, /^[a-z0-9_%~-]{1,140}$/);
      assert.doesNotMatch(file, /^(con|nul)(%2e|$)/);
    }
    assert.equal(fileName("crm-contacts_2"), "crm-contacts_2");
  });

  it("never leaves the project", () => {
    for (const [target, sync] of [
      ["..", ".."],
      ["/etc", "/etc/passwd"],
    ] as const) {
      const file = ledgerFile("/p", target, sync);
      assert.ok(!relative("/p/.sluice/ledger", file).startsWith(".."), file);
      assert.equal(dirname(dirname(ledgerLock("/p", target, sync))), "/p/.sluice/locks");
    }
    assert.equal(basename(ledgerFile("/p", "dev", "contacts")), "contacts.duckdb");
  });
});
