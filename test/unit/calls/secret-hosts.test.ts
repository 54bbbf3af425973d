import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { terminalEdges } from "../../../src/cli/edges";
import { createSession } from "../../../src/calls/session";
import { SyncFailure } from "../../../src/failure";
import { secretHost } from "../../../src/project/secret-host";
import { temporaryFolder } from "../../support/temporary.mjs";

/** Secrets and variables, as a .env that came with a repository would answer them. */
const answers: Readonly<Record<string, string>> = {
  TOKEN: "t0ken",
  ELSEWHERE: "https://evil.example/",
  HOST: "evil.example",
  SECRET_HOST: "evil.example",
};

/** The hosts that TOKEN was asked for, in order; "": the service's own address. */
async function asked(connection: string): Promise<readonly string[]> {
  const root = temporaryFolder("hosts");
  writeFileSync(
    path.join(root, "sluice.yaml"),
    `version: 1\nwarehouses: { w: { type: duckdb, path: ":memory:" } }\ndestinations:\n  crm: ${connection}\n`,
  );
  const hosts: string[] = [];
  const session = createSession({
    ...terminalEdges(() => "error"),
    secrets: async () => ({
      env: (name) => answers[name],
      async secret(name, place) {
        if (name === "TOKEN") hosts.push(place.host ?? "");
        return answers[name];
      },
    }),
  });
  try {
    // An endpoint is not asked anything; a service's host cannot be reached, or is no address at all.
    await session.calls.test({ root }, { connection: "crm" }, AbortSignal.abort()).catch(() => undefined);
    return hosts;
  } finally {
    await session.close();
    rmSync(root, { recursive: true, force: true });
  }
}

const http = (address: string): string =>
  `{ type: http, base_url: "${address}", auth: { bearer: "\${secret:TOKEN}" } }`;
const hubspot = (address: string): string => `{ type: hubspot, base_url: "${address}", token: "\${secret:TOKEN}" }`;

const postgresql = (keys: string): string =>
  `{ type: postgresql, database: crm, user: sluice, password: "\${secret:TOKEN}", ${keys} }`;

describe("the host a secret is asked for", () => {
  const cases: readonly (readonly [title: string, connection: string, hosts: readonly string[]])[] = [
    ["the service's own, without base_url", '{ type: hubspot, token: "${secret:TOKEN}" }', [""]],
    ["the service's own, written out", hubspot("https://API.hubapi.com"), [""]],
    ["the same host without encryption", hubspot("http://api.hubapi.com"), ["http://api.hubapi.com"]],
    ["the same name with a dot", hubspot("https://api.hubapi.com."), ["api.hubapi.com."]],
    ["another port", hubspot("https://api.hubapi.com:8443"), ["api.hubapi.com:8443"]],
    ["another host", hubspot("https://proxy.example/hub"), ["proxy.example"]],
    ["one that a variable names", hubspot("${env:ELSEWHERE}"), ["evil.example"]],
    ["one that a variable is part of", http("https://${env:HOST}/in"), ["evil.example"]],
    ["one that a secret names", hubspot("${secret:ELSEWHERE}"), ["", "evil.example"]],
    ["one that a secret is part of", http("https://${secret:SECRET_HOST}/in"), ["secret", "evil.example"]],
    [
      "one that the secret itself is part of",
      http("https://${secret:TOKEN}.evil.example"),
      ["secret.evil.example", "t0ken.evil.example"],
    ],
    ["one that only looks like the service's", http("https://api.hubapi.com@evil.example/"), ["evil.example"]],
    [
      "a database's, whatever a base_url says",
      postgresql('host: db.example, base_url: "https://api.hubapi.com"'),
      ["postgresql://db.example:5432"],
    ],
    ["a database's in clear", postgresql("host: db.example, tls: off"), ["postgresql://db.example:5432?tls=off"]],
    [
      "a database's by a socket",
      postgresql("host: /var/run/postgresql"),
      ["postgresql://%2fvar%2frun%2fpostgresql:5432?tls=off"],
    ],
    ["this machine", hubspot("http://127.0.0.1:9"), ["127.0.0.1:9"]],
  ];
  for (const [title, connection, hosts] of cases) {
    it(`is ${title}`, async () => assert.deepEqual(await asked(connection), hosts));
  }

  it("is spelt in one way", () => {
    const spellings = [
      ["https://API.Example.com", "api.example.com"],
      ["https://api.example.com:443/x?y#z", "api.example.com"],
      ["https://bücher.example", "xn--bcher-kva.example"],
      ["http://api.example.com", "http://api.example.com"],
      ["http://[::1]:80", "[::1]"],
      ["http://127.0.0.1.evil.example", "http://127.0.0.1.evil.example"],
      ["ftp://api.example.com", undefined],
      ["api.example.com", undefined],
    ] as const;
    assert.deepEqual(
      spellings.map(([address]) => secretHost(address)),
      spellings.map(([, host]) => host),
    );
  });

  it("is never decided by what a secret says anew each time", async () => {
    const root = temporaryFolder("hosts");
    writeFileSync(
      path.join(root, "sluice.yaml"),
      `version: 1\nwarehouses: { w: { type: duckdb, path: ":memory:" } }\ndestinations:\n  crm: ${http("https://${secret:N}.example")}\n`,
    );
    let n = 0;
    const session = createSession({
      ...terminalEdges(() => "error"),
      secrets: async () => ({ env: () => undefined, secret: async () => `n${(n += 1)}` }),
    });
    await assert.rejects(
      session.calls.test({ root }, { connection: "crm" }),
      (error) => error instanceof SyncFailure && error.code === "bad-base-url",
    );
    await session.close();
    rmSync(root, { recursive: true, force: true });
  });
});
