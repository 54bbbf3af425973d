import assert from "node:assert/strict";
import { openVault } from "../../../src/editor/secrets/vault";

const place = { root: "/crm", name: "TOKEN", connection: "hubspot", target: "dev" };

describe("secrets in the editor", () => {
  const shelf = new Map<string, string>();
  const vault = openVault({
    get: async (key) => shelf.get(key),
    store: async (key, value) => void shelf.set(key, value),
    delete: async (key) => void shelf.delete(key),
  });
  beforeEach(() => shelf.clear());

  it("gives a secret to the place it was kept for and to no other", async () => {
    await vault.keep(place, "s3cret", "");
    assert.deepEqual(await vault.ask(place), { answer: "given", value: "s3cret" });
    for (const other of [{ root: "/other" }, { name: "OTHER" }, { connection: "slack" }, { target: "prod" }])
      assert.deepEqual(await vault.ask({ ...place, ...other }), { answer: "unknown" });
  });

  it("withholds a secret from a host it was not approved for, until it is", async () => {
    await vault.keep(place, "s3cret", "");
    const elsewhere = { ...place, host: "evil.example" };
    assert.deepEqual(await vault.ask(elsewhere), { answer: "withheld", approvedFor: "" });
    await vault.approve(elsewhere);
    assert.deepEqual(await vault.ask(elsewhere), { answer: "given", value: "s3cret" });
    assert.deepEqual(await vault.ask(place), { answer: "withheld", approvedFor: "evil.example" });
  });

  it("binds a new secret to the host that asked for it", async () => {
    await vault.ask({ ...place, host: "proxy.example" });
    await vault.keep(place, "s3cret", vault.hostOf(place));
    assert.deepEqual(await vault.ask({ ...place, host: "proxy.example" }), { answer: "given", value: "s3cret" });
  });

  it("binds an approval to the host the user was shown, whatever was asked for meanwhile", async () => {
    await vault.keep(place, "s3cret", "");
    const shown = { ...place, host: "proxy.example" };
    await vault.ask(shown);
    await vault.ask({ ...place, host: "evil.example" });
    await vault.approve(shown);
    assert.deepEqual(await vault.ask({ ...place, host: "evil.example" }), {
      answer: "withheld",
      approvedFor: "proxy.example",
    });
    assert.deepEqual(await vault.ask(shown), { answer: "given", value: "s3cret" });
  });

  it("forgets", async () => {
    await vault.keep(place, "s3cret", "");
    await vault.forget(place);
    assert.deepEqual(await vault.ask(place), { answer: "unknown" });
  });
});
