/** A sandbox is pure, outlives its dump, and fails as the vendor does. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Destination } from "../../src/destinations/destination";
import { drive, httpResponse } from "../support/drive";
import { anyRequest } from "./answers";
import { contextOf, create } from "./context";
import { assertOneEach } from "./promises";
import { responder, type Sample } from "./sample";

export function simulates(destination: Destination, sample: () => Sample): void {
  it("goes on from its own dump", () => {
    const sandbox = destination.sandbox!();
    const context = contextOf(destination, sample());
    const batch = [1, 2, 3].map((n) => create(sample(), n));
    drive(destination.deliver(batch, context), responder(destination, sample().config, sandbox));
    const dump = JSON.parse(JSON.stringify(sandbox.dump()));
    const again = destination.sandbox!(dump);
    assert.deepEqual(JSON.parse(JSON.stringify(again.dump())), dump);
    const { result } = drive(
      destination.deliver([{ ...batch[0]!, action: "update" }], context),
      responder(destination, sample().config, again),
    );
    assertOneEach([batch[0]!], result);
  });

  it("gives the faults that the connector understands", () => {
    const sandbox = destination.sandbox!();
    for (const [kind, verdict] of [
      ["throttled", "throttled"],
      ["unavailable", "transient"],
      ["error", "transient"],
      ["expired", "expired"],
    ] as const) {
      const { status, body, headers } = sandbox.fault(kind, 0);
      assert.equal(destination.classify(anyRequest, httpResponse(status, body ?? "", { ...headers })), verdict, kind);
    }
  });

  it("answers any request, and is pure: the same requests give the same state", () => {
    const request = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
      path: fc.oneof(
        fc.webPath(),
        fc.constantFrom("/people", "/people/1", "/%", "/crm/objects/2026-03/contacts/batch/upsert"),
      ),
      query: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
      headers: fc.constantFrom({}, { authorization: "Bearer x" }, { "idempotency-key": "k" }),
      body: fc.oneof(fc.json(), fc.string()),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 5 }), (requests) => {
        const [one, other] = [destination.sandbox!(), destination.sandbox!()];
        for (const [index, asked] of requests.entries()) {
          const answers = [one, other].map((sandbox) => JSON.stringify(sandbox.handle(asked, index)));
          assert.equal(answers[0], answers[1]);
        }
        assert.deepEqual(one.dump(), other.dump());
      }),
      { seed: 19, numRuns: 100 },
    );
  });
}
