import assert from "node:assert/strict";
import { parseProject } from "../../../src/project/parse";
import { expectProblems } from "./expectations";
import { types } from "./types";

const example = `# sluice.yaml
version: 1
warehouses:
  analytics: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, token: "\${secret:HUBSPOT_TOKEN}" }
ledger: local
targets:
  dev: { destinations: { hubspot: { type: hubspot, sandbox: true } } }
  prod: { warehouses: { analytics: { type: snowflake, account: "\${env:SF_ACCOUNT}", password: "\${secret:SF}" } }, confirm: true }
default_target: dev
`;

describe("parseProject", () => {
  it("reads the example of the design", () => {
    const { file, problems } = parseProject(example, types);
    assert.deepEqual(problems, []);
    assert.deepEqual(file, {
      version: 1,
      warehouses: { analytics: { type: "duckdb", keys: { path: "warehouse.duckdb" } } },
      destinations: { hubspot: { type: "hubspot", keys: { token: "${secret:HUBSPOT_TOKEN}" } } },
      ledger: { store: "local", values: true },
      targets: {
        dev: {
          warehouses: {},
          destinations: { hubspot: { type: "hubspot", keys: { sandbox: true } } },
          confirm: false,
        },
        prod: {
          warehouses: {
            analytics: { type: "snowflake", keys: { account: "${env:SF_ACCOUNT}", password: "${secret:SF}" } },
          },
          destinations: {},
          confirm: true,
        },
      },
      defaultTarget: "dev",
    });
  });

  it("reads both forms of a ledger", () => {
    const ledger = (written: string) => parseProject(`version: 1\nledger: ${written}`, types).file?.ledger;
    assert.deepEqual(ledger("warehouse"), { store: "warehouse", values: true });
    assert.deepEqual(ledger("{ store: local, values: false }"), { store: "local", values: false });
    assert.deepEqual(ledger("{ values: false }"), { store: "local", values: false });
  });

  it("reads how long what is kept: what is not named as usual, and everything for ever where it is mistyped", () => {
    const retention = (written: string) => parseProject(`version: 1\nretention: ${written}`, types).file?.retention;
    assert.deepEqual(retention("{ runs: { count: 5 } }"), {
      runs: { count: 5 },
      exchanges: { days: 30 },
      plans: { days: 7 },
    });
    for (const mistyped of ["{ runs: { days: 0 } }", "{ runs: { day: 3 } }", "5", "{ runs: 30d }"]) {
      assert.deepEqual(retention(mistyped), { runs: {}, exchanges: {}, plans: {} }, mistyped);
    }
    assert.equal(parseProject("version: 1", types).file?.retention, undefined);
  });

  it("keeps a target guarded whose confirm is mistyped", () => {
    assert.equal(
      parseProject("version: 1\ntargets: { prod: { confirm: yes } }", types).file?.targets["prod"]?.confirm,
      true,
    );
  });

  it("suggests a name for a literal secret and offers to move it", () => {
    const { problems } = parseProject("version: 1\ndestinations: { my-crm: { type: hubspot, token: abc } }", types);
    assert.deepEqual(
      problems.map(({ code, fixes }) => ({ code, fixes })),
      [{ code: "literal-secret", fixes: [{ title: "Move the secret out of the file", action: "store-secret" }] }],
    );
    assert.match(problems[0]?.message ?? "", /\$\{secret:MY_CRM_TOKEN\}/);
    assert.doesNotMatch(problems[0]?.message ?? "", /abc/);
  });

  it("finds a literal secret however deep it lies, and names its secret after the connection", () => {
    const connection =
      "{ type: http, base_url: https://x.io, auth: { user: anna, password: pa55 }, headers: { X-V: a } }";
    const { problems } = parseProject(`version: 1\ndestinations: { crm: ${connection} }`);
    assert.deepEqual(
      problems.map(({ code, path }) => [code, path.join(".")]),
      [["literal-secret", "destinations.crm.auth.password"]],
    );
    assert.match(problems[0]?.message ?? "", /\$\{secret:CRM_AUTH_PASSWORD\}/);
  });

  for (const [title, marked] of bad()) {
    it(`finds ${title}`, () => expectProblems(marked, (text) => parseProject(text, types).problems));
  }
});

function bad(): readonly (readonly [string, string])[] {
  return [
    ["an empty file", "\n\n#^| not-a-project\n"],
    ["another version", "version: 2\n#        ^ invalid-value: version: 1\n"],
    ["a missing version", 'warehouses: {}\n#^^^^^^^^^ missing-key: The file needs the key "version"\n'],
    ["an unknown key", 'version: 1\ndestination: {}\n#^^^^^^^^^^ unknown-key: Did you mean "destinations"?\n'],
    ["a connection that is no map", "version: 1\nwarehouses:\n  a: duckdb\n#    ^^^^^^ wrong-type: keys with values\n"],
    ["a connection without a type", 'version: 1\nwarehouses:\n  a: { path: x }\n# ^ missing-key: "type"\n'],
    [
      "an unknown type",
      'version: 1\nwarehouses:\n  a: { type: dukdb }\n#            ^^^^^ unknown-type: Did you mean "duckdb"?\n',
    ],
    [
      "a type of the other kind",
      "version: 1\nwarehouses:\n  a: { type: hubspot }\n#            ^^^^^^^ unknown-type: It belongs under destinations.\n",
    ],
    [
      "an unknown connection key",
      'version: 1\nwarehouses:\n  a: { type: duckdb, paht: x }\n# ^ missing-key: the database file.\n#                    ^^^^ unknown-key: Did you mean "path"?\n',
    ],
    [
      "a wrong type of a key",
      "version: 1\nwarehouses:\n  a: { type: duckdb, path: [x] }\n#                          ^^^ wrong-type: text\n",
    ],
    [
      "a literal secret",
      "version: 1\ndestinations:\n  crm:\n    type: hubspot\n    token: pat-1234\n#          ^^^^^^^^ literal-secret: CRM_TOKEN\n",
    ],
    [
      "a literal secret in a target",
      "version: 1\ntargets:\n  dev:\n    destinations:\n      crm: { type: hubspot, token: pat }\n#                                  ^^^ literal-secret\n",
    ],
    [
      "an unclosed reference",
      'version: 1\nwarehouses:\n  a: { type: duckdb, path: "x/${env:HOME" }\n#                             ^^^^^^^^^^ bad-interpolation: not closed\n',
    ],
    [
      "an unknown reference",
      'version: 1\nwarehouses:\n  a: { type: duckdb, path: "${HOME}/x" }\n#                           ^^^^^^^ bad-interpolation: ${env:NAME}\n',
    ],
    [
      "a reference below a key",
      'version: 1\ndestinations:\n  a:\n    type: http\n    headers: { X-A: "\\u0041${secret:a b}" }\n#                          ^^^^^^^^^^^^^ bad-interpolation\n',
    ],
    [
      "a base URL that is none",
      "version: 1\ndestinations:\n  a: { type: http, base_url: localhost }\n#                            ^^^^^^^^^ invalid-value: web address\n",
    ],
    [
      "a secret for an address without encryption",
      'version: 1\ndestinations:\n  a: { type: http, base_url: http://x.io, key: "${secret:A}" }\n#                            ^^^^^^^^^^^ unencrypted: allow_http: true\n',
    ],
    [
      "credentials in a base URL",
      "version: 1\ndestinations:\n  a: { type: http, base_url: http://u:p@x.io }\n#                            ^^^^^^^^^^^^^^^ invalid-value: cannot hold\n",
    ],
    [
      "base_url of a warehouse",
      "version: 1\nwarehouses:\n  a: { type: duckdb, path: x, base_url: http://x.io }\n#                             ^^^^^^^^ unknown-key\n",
    ],
    [
      "an unknown default target",
      'version: 1\ntargets: { prod: {} }\ndefault_target: prd\n#               ^^^ unknown-target: Did you mean "prod"?\n',
    ],
    [
      "a default target without targets",
      "version: 1\ndefault_target: prod\n#               ^^^^ unknown-target: no targets\n",
    ],
    [
      "a name that is no file name",
      "version: 1\nwarehouses:\n  ../a: { type: duckdb, path: x }\n# ^^^^ invalid-name\n",
    ],
    ["an unknown ledger", 'version: 1\nledger: locl\n#       ^^^^ invalid-value: Did you mean "local"?\n'],
    [
      "an interpolated sandbox",
      'version: 1\ndestinations:\n  a: { type: http, sandbox: "${env:S}" }\n#                           ^^^^^^^^^^ wrong-type: true or false\n',
    ],
    [
      "nothing wrong with a number from the environment",
      'version: 1\nwarehouses:\n  a: { type: snowflake, account: a, password: "${secret:P}", port: "${env:PORT}" }\n',
    ],
    ["nothing wrong with a literal dollar brace", 'version: 1\nwarehouses:\n  a: { type: duckdb, path: "$${x}" }\n'],
  ];
}
