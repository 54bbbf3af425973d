import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
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
