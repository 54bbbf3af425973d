import assert from "node:assert/strict";
import { marksOf } from "../../../webview/results/marks";

const inputs = ["1", "2", "3"].map((trace) => ({ idProperty: "email", objectWriteTraceId: trace }));
const response = {
  status: "COMPLETE",
  errors: [
    { message: "Other", context: { objectWriteTraceId: ["1"] } },
    { message: 'Property "email" was not valid', category: "email", context: { objectWriteTraceId: ["2"] } },
  ],
};

describe("the marks in an exchange", () => {
  const marks = (more: Partial<Parameters<typeof marksOf>[0]> = {}) =>
    marksOf({
      request: JSON.stringify({ inputs }),
      response: JSON.stringify(response),
      key: 2002,
      reason: 'Property "email" was not valid',
      ...more,
    });

  it("find the record in the request by what the answer calls it", () => {
    assert.deepEqual(marks(), {
      request: ['"2002"', '"2"'],
      response: ['"2002"', '"2"', 'Property \\"email\\" was not valid'],
    });
  });

  it("find the reason inside a longer message", () => {
    assert.deepEqual(marks({ reason: "was not valid" }).request, ['"2002"', '"2"']);
  });

  it("are the key and the reason where bodies are no JSON, or missing", () => {
    assert.deepEqual(marks({ request: "a,b", response: undefined, reason: "no" }), {
      request: ['"2002"'],
      response: ['"2002"', "no"],
    });
  });

  it("are none for a row without a key that nothing is said of", () => {
    assert.deepEqual(marks({ key: null, reason: "" }).response.includes(""), false);
  });
});
