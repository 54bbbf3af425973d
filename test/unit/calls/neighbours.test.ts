/** What is known of the ledgers of a project's other syncs, also where there are very many. */
import { deepStrictEqual } from "node:assert";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { keepNeighbours } from "../../../src/calls/neighbours";
import { openLocalLedger } from "../../../src/ledger/local";
import { fileName } from "../../../src/ledger/place";
import { temporaryFolder } from "../../support/temporary.mjs";

describe("neighbours", () => {
  let folder = "";
  beforeEach(() => (folder = temporaryFolder("neighbours")));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ledger = (sync: string) =>
    openLocalLedger({ file: path.join(folder, `${fileName(sync)}.duckdb`), lockFile: path.join(folder, "lock") });
  const made = (sync: string, object = "contacts") =>
    ledger(sync).create({
      sync,
      target: "default",
      fingerprint: { account: "1", connectionType: "hubspot", object, key: ["id"] },
      values: true,
    });
  const neighbours = () => keepNeighbours(Date.now);

  it("are the ledgers of the other names, whatever else lies in the folder", async () => {
    for (const name of ["a", "Straße 7", "c"]) await made(name);
    const found = await neighbours().of(folder, ["a", "Straße 7", "never ran"], "a");
    deepStrictEqual(
      found.map(({ sync, header }) => [sync, header.sync]),
      [["Straße 7", "Straße 7"]],
    );
  });

  it("are none where no sync ever ran", async () => {
    const nowhere = path.join(folder, "nowhere");
    deepStrictEqual(await neighbours().of(nowhere, ["a"], "b"), []);
    deepStrictEqual(await neighbours().orphans(nowhere, ["a"]), []);
  });

  it("are known anew once a ledger changed", async () => {
    await made("a", "contacts");
    const kept = neighbours();
    const object = async () => (await kept.of(folder, ["a"], "b"))[0]?.header.fingerprint.object;
    deepStrictEqual([await object(), await object()], ["contacts", "contacts"]);
    await made("a", "companies");
    deepStrictEqual(await object(), "companies");
    rmSync(path.join(folder, "a.duckdb"));
    deepStrictEqual(await object(), undefined);
  });

  it("without a sync are orphans; one that cannot be read stands in nobody's way", async () => {
    await made("a");
    await made("old");
    writeFileSync(path.join(folder, "broken.duckdb"), "no database");
    deepStrictEqual(
      (await neighbours().orphans(folder, ["a"])).map(({ sync }) => sync),
      ["old"],
    );
  });
});
