/** What every destination promises, whichever there are. A new one inherits all of it by its registry line. */
import assert from "node:assert/strict";
import { type z } from "zod";
import { type Destination } from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";
import { parseSync } from "../../src/sync/parse";
import { delivers, survives } from "./delivering";
import { undescribed } from "./promises";
import { reads } from "./reading";
import { isSecret, type Sample, sampleOf } from "./sample";
import { simulates } from "./simulating";
import { encodes } from "./values";

for (const destination of destinations) {
  describe(`destination ${destination.type}`, () => {
    let sample: Sample;
    before(async function () {
      this.timeout(60_000);
      sample = await sampleOf(destination, this);
    });

    describe("declaration", () => declares(destination));
    describe("reading", () => reads(destination, () => sample));
    describe("values", () => encodes(destination, () => sample));
    describe("delivering", () => delivers(destination, () => sample));
    describe("whatever the answers", () => survives(destination, () => sample));
    if (destination.sandbox !== undefined) describe("sandbox", () => simulates(destination, () => sample));
  });
}

function declares(destination: Destination): void {
  it("names itself", () => {
    assert.match(destination.type, /^[a-z][a-z0-9-]*$/);
    assert.ok(destination.label.length > 0 && Number.isInteger(destination.version) && destination.version >= 1);
    assert.equal(destinations.filter(({ type }) => type === destination.type).length, 1);
  });

  it("describes every key of the connection and of the sync", () => {
    for (const [place, schema] of [
      ["connection", destination.connection],
      ["options", destination.options],
    ] as const) {
      assert.deepEqual(undescribed(schema, place), []);
    }
  });

  it("leaves the keys that every connection and sync has to others", () => {
    const taken = (schema: z.ZodObject, names: readonly string[]) => names.filter((name) => name in schema.shape);
    assert.deepEqual(taken(destination.connection, ["type", "base_url", "sandbox"]), []);
    assert.deepEqual(taken(destination.options, ["connection", "object", "match"]), []);
  });

  it("marks what looks like a secret as one", () => {
    const names = Object.entries(destination.connection.shape).filter(([name]) =>
      /token|secret|password|auth|headers|(?:api|private)_?key/.test(name),
    );
    assert.deepEqual(
      names.filter(([, schema]) => !isSecret(schema as z.ZodType)).map(([name]) => name),
      [],
    );
  });

  it("opens its documentation's example as a sync file without problems", () => {
    const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(destination.documentation) ?? [];
    const { definition, problems } = parseSync(text, { name: "example" });
    assert.deepEqual(
      problems.map(({ message }) => message),
      [],
    );
    assert.ok(definition !== undefined);
    const options = destination.options.strict().safeParse(definition.destination.options);
    assert.ok(options.success, options.error?.message);
  });

  it("declares limits that let something through", () => {
    for (const { requests, perMs } of destination.limits({})) assert.ok(requests > 0 && perMs > 0);
  });
}
