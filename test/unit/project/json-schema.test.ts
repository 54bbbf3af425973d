import assert from "node:assert/strict";
import Ajv from "ajv";
import { projectJsonSchema } from "../../../src/project/json-schema";
import { readYaml } from "../../../src/project/yaml-text";
import { types } from "./types";

const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false });
const validate = ajv.compile(projectJsonSchema(types));

function accepts(text: string): boolean {
  return validate(readYaml(text).data);
}

describe("the JSON Schema of project files", () => {
  it("accepts what the parser accepts", () => {
    const text = `version: 1
warehouses: { w: { type: duckdb, path: x }, s: { type: snowflake, account: a, password: "\${secret:P}", port: "\${env:PORT}" } }
destinations: { crm: { type: hubspot, sandbox: true }, web: { type: http, base_url: http://x.io, headers: { A: b } } }
ledger: { store: warehouse }
targets: { prod: { destinations: { crm: { type: hubspot, token: "\${secret:T}" } }, confirm: true } }
default_target: prod
`;
    assert.ok(accepts(text), JSON.stringify(validate.errors));
  });

  it("refuses unknown keys, types and values", () => {
    for (const bad of [
      "{}",
      "version: 2",
      "version: 1\ndestination: {}",
      "version: 1\nwarehouses: { w: { type: dukdb, path: x } }",
      "version: 1\nwarehouses: { w: { type: duckdb, paht: x } }",
      "version: 1\nwarehouses: { w: { path: x } }",
      "version: 1\nwarehouses: { s: { type: snowflake, account: a, port: high } }",
      "version: 1\ntargets: { t: { warehouses: { w: { type: nope } } } }",
      "version: 1\nledger: nowhere",
    ]) {
      assert.ok(!accepts(bad), bad);
    }
  });

  it("is made from the connections there are", () => {
    assert.equal(new Ajv({ strict: false }).validateSchema(projectJsonSchema()), true);
  });
});
