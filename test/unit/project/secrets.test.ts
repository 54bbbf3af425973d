import assert from "node:assert/strict";
import { SyncFailure } from "../../../src/failure";
import { environmentSecrets, envIgnoreProblem, resolveConfig } from "../../../src/project/secrets";

const place = { connection: "crm", target: "dev", host: "x.io" };
const source = environmentSecrets(
  { TOKEN: "t0p", HOST: "x.io", EMPTY: "" },
  'FILE="from file"\nTOKEN=loses\nEMPTY=filled # c\n',
);

function resolve(keys: Record<string, unknown>, type = "any") {
  return resolveConfig({ type, keys }, source, place);
}

describe("resolveConfig", () => {
  it("answers references wherever they stand, and tells what must never be seen", async () => {
    const keys = {
      token: "${secret:TOKEN}",
      auth: { header: "Bearer ${secret:TOKEN}/${env:HOST}", list: ["${secret:FILE}", 1] },
      n: 5,
      s: "$${x}",
    };
    assert.deepEqual(await resolve(keys), {
      config: { token: "t0p", auth: { header: "Bearer t0p/x.io", list: ["from file", 1] }, n: 5, s: "${x}" },
      secrets: ["t0p", "from file"],
      names: ["TOKEN", "FILE"],
    });
  });

  it("takes literals for secrets too, however deep they lie, and not what stands beside them", async () => {
    const keys = { auth: { user: "anna", password: "lit3ral" }, headers: { "X-Version": "2" } };
    assert.deepEqual((await resolve(keys, "http")).secrets, ["lit3ral"]);
    assert.deepEqual((await resolve({ auth: { bearer: "lit3ral" } }, "http")).secrets, ["lit3ral"]);
    assert.deepEqual((await resolve({ token: "lit3ral", tier: "free" }, "hubspot")).secrets, ["lit3ral"]);
  });

  it("asks for a secret with the place it is for, once", async () => {
    const asked: unknown[] = [];
    const asking = {
      secret: (name: string, where: unknown) => Promise.resolve(asked.push([name, where]) > 0 ? "s" : "s"),
      env: () => undefined,
    };
    await resolveConfig({ type: "any", keys: { a: "${secret:A}", b: "${secret:A}" } }, asking, place);
    assert.deepEqual(asked, [["A", place]]);
  });

  it("says the name of a missing secret and the three places to set it", async () => {
    await assert.rejects(resolve({ token: "${secret:NOPE}" }), (error) => {
      assert.ok(error instanceof SyncFailure);
      assert.equal(error.code, "missing-secret");
      assert.match(error.message, /"crm".*NOPE/);
      assert.match(error.hint, /environment variable NOPE.*\.env.*Sluice: Set Secret/);
      return true;
    });
  });

  it("says the name of a missing variable", async () => {
    await assert.rejects(
      resolve({ account: "${env:NOPE}" }),
      (error) => error instanceof SyncFailure && error.code === "missing-variable",
    );
  });

  it("makes a number of a variable only where the key wants one", async () => {
    const numbers = environmentSecrets({ N: "250", YES: "true" }, undefined);
    const { config } = await resolveConfig(
      { type: "any", keys: { port: "${env:N}", flag: "${env:YES}" } },
      numbers,
      place,
    );
    assert.deepEqual(config, { port: "250", flag: "true" });
  });
});

describe("environmentSecrets", () => {
  it("prefers the environment, and counts an empty variable as not set", async () => {
    assert.deepEqual(
      await Promise.all(["TOKEN", "FILE", "EMPTY", "NOPE", "toString"].map((name) => source.secret(name, place))),
      ["t0p", "from file", "filled", undefined, undefined],
    );
  });

  it("reads a .env that starts with a byte-order mark", () => {
    assert.equal(environmentSecrets({}, "\ufeffA=1").env("A"), "1");
  });
});

describe("envIgnoreProblem", () => {
  it("warns unless git ignores .env", () => {
    const cases: readonly (readonly [string | undefined, boolean])[] = [
      [undefined, true],
      ["", true],
      ["node_modules/\n.env.local\n", true],
      [".env", false],
      ["/.env\r\n", false],
      ["# secrets\n.env*\n", false],
      ["**/.env", false],
      ["*.env", false],
      [".*\n!.env", true],
      ["#.env", true],
      ["[", true],
    ];
    for (const [gitignore, warns] of cases) {
      assert.equal(envIgnoreProblem(gitignore)?.code, warns ? "env-not-ignored" : undefined, JSON.stringify(gitignore));
    }
  });
});
