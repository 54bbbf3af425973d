import assert from "node:assert/strict";
import fc from "fast-check";
import { type FieldSchema } from "../../../src/destinations/destination";
import { hubspot } from "../../../src/destinations/hubspot";
import { decimal, maxText } from "../../../src/destinations/hubspot/fields";
import { type Json, type LogicalType, type Value } from "../../../src/value";
import { field } from "./drive";

type Given = string | null | { readonly [type in LogicalType]?: string };

function value(given: Given): Value {
  if (given === null) return null;
  if (typeof given === "string") return { type: "text", text: given };
  const [type = "text", text = ""] = Object.entries(given)[0] ?? [];
  return { type: type as LogicalType, text };
}

/** Rows of: value, what goes over the wire or the code of the refusal in brackets. */
function encodes(schema: Partial<FieldSchema>, rows: readonly (readonly [Given, string])[]): void {
  for (const [given, expected] of rows) {
    const encoded = hubspot.encode(value(given), field(schema), { action: "create" });
    assert.equal(
      "wire" in encoded ? encoded.wire : `[${encoded.code}]`,
      expected,
      JSON.stringify([schema.type, given]),
    );
  }
}

describe("HubSpot's values on the wire", () => {
  it("clears with an empty text, whatever the type", () => {
    for (const type of ["text", "number", "boolean", "date", "instant", "option", "options", "reference"] as const) {
      encodes({ type }, [[null, ""]]);
    }
  });

  it("takes any text as it is", () => {
    encodes({ type: "text" }, [
      ['Zoë 🚀\n"x"', 'Zoë 🚀\n"x"'],
      ["", ""],
      [{ number: "12345678901234567890.5" }, "12345678901234567890.5"],
      [{ boolean: "true" }, "true"],
      [{ date: "2026-01-31" }, "2026-01-31"],
      [{ json: '{"a":1}' }, '{"a":1}'],
      ["x".repeat(maxText), "x".repeat(maxText)],
      ["x".repeat(maxText + 1), "[too-long]"],
      ["🚀".repeat(maxText), "🚀".repeat(maxText)],
    ]);
  });

  it("refuses what cannot be an e-mail address", () => {
    encodes({ type: "text", format: "email" }, [
      [" A@x.io ", "A@x.io"],
      ["miles.o'brien@x.io", "miles.o'brien@x.io"],
      ["", ""],
      ["a@x", "[malformed-email]"],
      ["a b@x.io", "[malformed-email]"],
      ["a@@x.io", "[malformed-email]"],
      ["@x.io", "[malformed-email]"],
      [{ number: "5" }, "[malformed-email]"],
    ]);
  });

  it("keeps every digit of a number", () => {
    encodes({ type: "number" }, [
      [{ number: "9007199254740993.10" }, "9007199254740993.1"],
      ["1e3", "1000"],
      ["-0.50", "-0.5"],
      ["1,000", "[not-a-number]"],
      [{ number: "NaN" }, "[not-a-number]"],
      [{ number: "Infinity" }, "[not-a-number]"],
      ["", "[not-a-number]"],
      [{ boolean: "true" }, "[not-a-number]"],
      [{ date: "2026-01-31" }, "[not-a-number]"],
    ]);
    encodes({ type: "integer" }, [
      [{ number: "5" }, "5"],
      [{ number: "5.5" }, "[not-an-integer]"],
    ]);
  });

  it("takes true and false, and the numbers that stand for them", () => {
    encodes({ type: "boolean" }, [
      [{ boolean: "true" }, "true"],
      ["FALSE", "false"],
      [{ number: "1" }, "true"],
      [{ number: "0" }, "false"],
      [{ number: "2" }, "[not-a-boolean]"],
      ["yes", "[not-a-boolean]"],
    ]);
  });

  it("takes a date, and a time only at midnight UTC", () => {
    encodes({ type: "date" }, [
      [{ date: "2026-01-31" }, "2026-01-31"],
      [{ timestamp: "2026-01-31T00:00:00" }, "2026-01-31"],
      [{ instant: "2026-01-31T00:00:00Z" }, "2026-01-31"],
      ["2026-01-31T01:00:00+01:00", "2026-01-31"],
      [{ timestamp: "2026-01-31T10:00:00" }, "[not-a-date]"],
      ["2026-02-30", "[not-a-date]"],
      ["31.01.2026", "[not-a-date]"],
      [{ number: "20260131" }, "[not-a-date]"],
      [{ number: "1769817600000" }, "2026-01-31"],
    ]);
  });

  it("sends points in time as UTC with milliseconds", () => {
    encodes({ type: "instant" }, [
      [{ instant: "2026-01-31T10:00:00.123456Z" }, "2026-01-31T10:00:00.123Z"],
      [{ timestamp: "2026-01-31T10:00:00" }, "2026-01-31T10:00:00.000Z"],
      [{ date: "2026-01-31" }, "2026-01-31T00:00:00.000Z"],
      ["2026-01-31 10:00:00+02", "2026-01-31T08:00:00.000Z"],
      ["2026-01-31T10:00:00-05:30", "2026-01-31T15:30:00.000Z"],
      ["soon", "[not-a-timestamp]"],
      ["2026-01-31T25:00:00Z", "[not-a-timestamp]"],
      [{ number: "1769853600" }, "[not-a-timestamp]"],
      [{ boolean: "true" }, "[not-a-timestamp]"],
    ]);
  });

  it("takes an option's internal value only", () => {
    const options = [
      { value: "lead", label: "Lead" },
      { value: "customer", label: "Customer" },
    ];
    encodes({ type: "option", options }, [
      ["lead", "lead"],
      ["Lead", "[option-label]"],
      ["gold", "[unknown-option]"],
      [{ json: '["lead"]' }, "[not-one-option]"],
    ]);
    encodes({ type: "option" }, [["62515", "62515"]]);
    encodes({ type: "options", options }, [
      [{ json: '["lead","customer","lead",null]' }, "lead;customer"],
      ["customer; lead", "customer;lead"],
      [";lead", "lead"],
      [{ json: "[]" }, ""],
      [{ json: '["lead","gold"]' }, "[unknown-option]"],
      [{ json: '[{"a":1}]' }, "[not-a-list]"],
      [{ json: '{"a":1}' }, "[not-a-list]"],
      [{ json: '"lead"' }, "lead"],
    ]);
  });

  it("takes whole numbers as the ids of records", () => {
    encodes({ type: "reference" }, [
      [{ number: "20001" }, "20001"],
      [" 20001 ", "20001"],
      ["a@x.io", "[not-an-id]"],
      [{ number: "1.5" }, "[not-an-id]"],
    ]);
  });

  it("never puts the value into the reason", () => {
    for (const type of ["number", "integer", "boolean", "date", "instant", "reference"] as const) {
      const encoded = hubspot.encode({ type: "text", text: "s3cret" }, field({ type }), { action: "update" });
      assert.ok("refused" in encoded && !encoded.refused.includes("s3cret") && encoded.refused.endsWith("."), type);
    }
  });

  it("compares values in the form in which HubSpot gives them back", () => {
    const rows: readonly (readonly [Partial<FieldSchema>, Json, string | null])[] = [
      [{ type: "text" }, "", null],
      [{ type: "text" }, null, null],
      [{ type: "text" }, " A ", " A "],
      [{ type: "text", format: "email" }, " A@X.io ", "a@x.io"],
      [{ type: "number" }, "010.50", "10.5"],
      [{ type: "number" }, 7, "7"],
      [{ type: "boolean" }, "True", "true"],
      [{ type: "date" }, "1769817600000", "2026-01-31"],
      [{ type: "date" }, "2026-01-31", "2026-01-31"],
      [{ type: "instant" }, "1769853600000", "2026-01-31T10:00:00Z"],
      [{ type: "instant" }, "2026-01-31T10:00:00.120Z", "2026-01-31T10:00:00.12Z"],
      [{ type: "instant" }, "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"],
      [{ type: "options" }, "b;a;", "a;b"],
      [{ type: "option" }, "lead", "lead"],
    ];
    for (const [schema, wire, expected] of rows)
      assert.equal(hubspot.normal(wire, field(schema)), expected, JSON.stringify(wire));
  });

  it("is its own normal form: what was encoded compares equal to what HubSpot returns", () => {
    for (const [type, given, returned] of [
      ["instant", { timestamp: "2026-01-31T10:00:00.5" }, "2026-01-31T10:00:00.5Z"],
      ["number", { number: "10.10" }, "10.1"],
      ["options", { json: '["b","a"]' }, "a;b"],
    ] as const) {
      const encoded = hubspot.encode(value(given), field({ type }), { action: "create" });
      assert.ok("wire" in encoded);
      assert.equal(hubspot.normal(encoded.wire, field({ type })), hubspot.normal(returned, field({ type })));
    }
  });

  it("knows which types always fit, and refuses none of those", () => {
    const can = (schema: Partial<FieldSchema>, type: LogicalType) => hubspot.canRefuse?.(field(schema), type);
    assert.deepEqual(
      [
        can({}, "number"),
        can({}, "instant"),
        can({ type: "boolean" }, "boolean"),
        can({}, "text"),
        can({ type: "number" }, "number"),
        can({ type: "option" }, "text"),
      ],
      [false, false, false, true, true, true],
    );
  });

  it("writes any finite number as an exact decimal without exponent", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = decimal(String(number));
        assert.match(text ?? "", /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        assert.equal(Number(text), number === 0 ? 0 : number);
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});
