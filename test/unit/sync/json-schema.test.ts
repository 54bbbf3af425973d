import assert from "node:assert/strict";
import Ajv from "ajv";
import { z } from "zod";
import { readYaml } from "../../../src/project/yaml-text";
import { syncJsonSchema } from "../../../src/sync/json-schema";
import { wholeExample } from "./example";

const connectors = [
  {
    type: "a",
    label: "A",
    options: z.object({ batch: z.int().optional().describe("Rows a request."), list: z.string().optional() }),
  },
  { type: "b", label: "B", options: z.object({ list: z.array(z.string()).optional() }) },
];
const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  syncJsonSchema(connectors),
);

function accepts(text: string): boolean {
  return validate(readYaml(text).data);
}

const head = "model: { table: t, key: id }\nmode: upsert\n";

describe("the JSON Schema of sync files", () => {
  it("accepts the example of the design", () => {
    assert.ok(accepts(wholeExample), JSON.stringify(validate.errors));
  });

  it("knows the options of every connector, in each of their forms", () => {
    for (const options of ["batch: 5", "list: x", "list: [x, y]"]) {
      assert.ok(accepts(`${head}destination: { connection: c, object: o, ${options} }\nfields: { a: b }`), options);
    }
  });

  it("refuses what the parser refuses", () => {
    const destination = "destination: { connection: c, object: o }\n";
    for (const bad of [
      `${head}${destination}fields: { a: b }\nguard: {}`,
      `${head}destination: { connection: c, object: o, bach: 5 }\nfields: { a: b }`,
      `${head}destination: { connection: c, object: o, batch: five }\nfields: { a: b }`,
      `${head}${destination}fields: { a: { colum: b } }`,
      `${head}${destination}fields: { a: { column: b, sql: c } }`,
      `${head}${destination}fields: { a: { lookup: b, column: c } }`,
      `${head}${destination}`,
      `mode: upsert\nmodel: { key: id }\n${destination}fields: { a: b }`,
      `mode: upsert\nmodel: { table: t, sql: s, key: id }\n${destination}fields: { a: b }`,
      `${head}${destination}fields: { a: b }\nguards: { max_removed: 120% }`,
    ]) {
      assert.ok(!accepts(bad), bad);
    }
  });

  it("describes every key for hovers", () => {
    const missing: string[] = [];
    const walk = (schema: unknown, path: string) => {
      if (typeof schema !== "object" || schema === null) return;
      const { properties } = schema as { properties?: Record<string, { description?: string }> };
      for (const [key, property] of Object.entries(properties ?? {})) {
        if (!property.description) missing.push(`${path}.${key}`);
      }
      for (const [key, each] of Object.entries(schema)) walk(each, `${path}.${key}`);
    };
    walk(syncJsonSchema([]), "");
    assert.deepEqual(missing, []);
  });

  it("is made from the connectors there are", () => {
    assert.equal(new Ajv({ strict: false }).validateSchema(syncJsonSchema()), true);
  });
});
