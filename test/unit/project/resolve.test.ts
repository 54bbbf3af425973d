import assert from "node:assert/strict";
import { SyncFailure } from "../../../src/failure";
import { parseProject } from "../../../src/project/parse";
import { resolveProject } from "../../../src/project/resolve";
import { types } from "./types";

function file(targets: string) {
  const text = `version: 1
warehouses: { w: { type: duckdb, path: base.duckdb } }
destinations: { crm: { type: http, key: "\${secret:K}", headers: { A: b } } }
${targets}`;
  const { file, problems } = parseProject(text, types);
  assert.deepEqual(problems, []);
  assert.ok(file);
  return file;
}

const targets = `targets:
  dev: { destinations: { crm: { type: http, sandbox: true } } }
  prod: { warehouses: { w: { type: duckdb, path: prod.duckdb }, w2: { type: duckdb, path: x } }, ledger: warehouse, confirm: true }
`;

describe("resolveProject", () => {
  it("gives the file's own connections where there are no targets", () => {
    const project = resolveProject(file(""), "/p");
    assert.deepEqual(
      { root: project.root, target: project.target, confirm: project.confirm, w: project.warehouses["w"] },
      { root: "/p", target: "default", confirm: false, w: { type: "duckdb", keys: { path: "base.duckdb" } } },
    );
  });

  it("replaces a connection whole: a sandbox inherits no secret", () => {
    const project = resolveProject(file(`${targets}default_target: dev`), "/p");
    assert.equal(project.target, "dev");
    assert.deepEqual(project.destinations["crm"], { type: "http", keys: { sandbox: true } });
    assert.deepEqual(project.warehouses["w"], { type: "duckdb", keys: { path: "base.duckdb" } });
  });

  it("takes the named target over the default, with its ledger and its guard", () => {
    const project = resolveProject(file(`${targets}default_target: dev`), "/p", "prod");
    assert.deepEqual(
      { names: Object.keys(project.warehouses), ledger: project.ledger, confirm: project.confirm },
      { names: ["w", "w2"], ledger: { store: "warehouse", values: true }, confirm: true },
    );
  });

  it("names the targets when asked for another", () => {
    for (const [name, message, hint] of [
      ["prd", /Did you mean "prod"\?/, /dev and prod/],
      ["toString", /no target "toString"/, /dev and prod/],
    ] as const) {
      assert.throws(
        () => resolveProject(file(targets), "/p", name),
        (error) =>
          error instanceof SyncFailure &&
          error.code === "unknown-target" &&
          message.test(error.message) &&
          hint.test(error.hint),
      );
    }
  });
});
