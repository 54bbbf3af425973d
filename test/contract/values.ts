/** Every value becomes something the destination can be sent, or a refusal with its reason. */
import assert from "node:assert/strict";
import { type Destination } from "../../src/destinations/destination";
import { drive } from "../support/drive";
import { contextOf, create } from "./context";
import { assertOneEach } from "./promises";
import { allValues, responder, type Sample } from "./sample";

export function encodes(destination: Destination, sample: () => Sample): void {
  it("encodes every value for every field, or refuses it with a reason that does not repeat it", () => {
    for (const field of sample().fields) {
      for (const value of allValues) {
        const encoded = destination.encode(value, field, { action: "create" });
        if ("wire" in encoded) {
          assert.doesNotThrow(() => JSON.stringify(encoded.wire));
          const normal = destination.normal(encoded.wire, field);
          assert.ok(normal === null || typeof normal === "string");
          continue;
        }
        assert.match(encoded.code, /^[a-z0-9-]+$/);
        assert.match(encoded.refused, /\S/);
        if (value !== null && value.text.length > 8) assert.ok(!encoded.refused.includes(value.text), encoded.refused);
        if (value !== null)
          assert.ok(
            destination.canRefuse?.(field, value.type) ?? true,
            `${field.name} refuses ${value.type} although it says it cannot`,
          );
      }
    }
  });

  it("never refuses null for a field that is not required", () => {
    for (const field of sample().fields.filter(({ name, required }) => required !== true && name !== sample().match)) {
      assert.ok("wire" in destination.encode(null, field, { action: "update" }), field.name);
    }
  });

  it("delivers every value it can encode", () => {
    const context = contextOf(destination, sample());
    const respond = responder(destination, sample().config);
    for (const field of sample().fields.filter(({ name }) => name !== sample().match)) {
      for (const [index, value] of allValues.entries()) {
        const encoded = destination.encode(value, field, { action: "create" });
        if (!("wire" in encoded)) continue;
        const plain = create(sample(), index);
        const batch = [{ ...plain, fields: { ...plain.fields, [field.name]: encoded.wire } }];
        assertOneEach(batch, drive(destination.deliver(batch, context), respond).result);
      }
    }
  });
}
