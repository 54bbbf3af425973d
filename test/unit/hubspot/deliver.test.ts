/** What HubSpot may answer, as lists of answers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { hubspot } from "../../../src/destinations/hubspot";
import { type DeliverContext } from "../../../src/destinations/destination";
import { type OutgoingChange, type Outcome } from "../../../src/record";
import { type Json } from "../../../src/value";
import { answer, bodyOf, change, contextOf, play } from "./drive";

function deliver(
  changes: readonly OutgoingChange[],
  context: DeliverContext,
  answers: readonly (readonly [number, (Json | undefined)?])[],
) {
  const { result, requests } = play(
    hubspot.deliver(changes, context),
    answers.map(([status, body]) => answer(status, body)),
  );
  return { outcomes: result, requests: requests.map((request) => [request.path, bodyOf(request)]), made: requests };
}

const two = [
  change(1, { match: "a@x.io", fields: { email: "a@x.io" } }),
  change(2, { match: "b@x.io", fields: { email: "b@x.io" } }),
];
const result = (id: number, trace: number, more: Record<string, Json> = {}): Json => ({
  id: String(id),
  objectWriteTraceId: String(trace),
  properties: {},
  ...more,
});

describe("HubSpot's answer to a batch", () => {
  it("sends an upsert with the match, and reads results in any order", () => {
    const { outcomes, requests, made } = deliver(two, contextOf(), [
      [200, { status: "COMPLETE", results: [result(12, 2, { new: false }), result(11, 1, { new: true })] }],
    ]);
    assert.deepEqual(requests, [
      [
        "/crm/objects/2026-03/contacts/batch/upsert",
        {
          inputs: [
            { id: "a@x.io", idProperty: "email", properties: { email: "a@x.io" }, objectWriteTraceId: "1" },
            { id: "b@x.io", idProperty: "email", properties: { email: "b@x.io" }, objectWriteTraceId: "2" },
          ],
        },
      ],
    ]);
    assert.deepEqual(
      [made[0]?.effect, made[0]?.repeatable, made[0]?.limits, made[0]?.changes],
      ["write", true, ["requests"], [1, 2]],
    );
    assert.deepEqual(outcomes, [
      { outcome: "applied", id: 1, remoteId: "11", created: true },
      { outcome: "applied", id: 2, remoteId: "12", created: false },
    ]);
  });

  it("reads errors by trace id whatever the status", () => {
    for (const status of [200, 201, 207]) {
      const errors = [
        { status: "error", category: "VALIDATION_ERROR", message: "no", context: { objectWriteTraceId: ["2"] } },
      ];
      const { outcomes } = deliver(two, contextOf(), [[status, { results: [result(11, 1)], numErrors: 1, errors }]]);
      assert.deepEqual(outcomes, [
        { outcome: "applied", id: 1, remoteId: "11" },
        { outcome: "rejected", id: 2, code: "VALIDATION_ERROR", reason: "no", status },
      ]);
    }
  });

  it("finds an error without trace id by the id or match it names", () => {
    const cases: readonly Json[] = [{ ids: ["B@x.io "] }, { id: "b@x.io" }, { email: ["b@x.io"] }];
    for (const context of cases) {
      const { outcomes } = deliver(two, contextOf(), [
        [207, { results: [result(11, 1)], errors: [{ category: "C", message: "m", context }] }],
      ]);
      assert.deepEqual(
        outcomes[1],
        { outcome: "rejected", id: 2, code: "C", reason: "m", status: 207 },
        JSON.stringify(context),
      );
    }
  });

  it("rejects all that have no result with an error that names nobody", () => {
    const { outcomes } = deliver(two, contextOf(), [
      [207, { results: [], errors: [{ category: "C", message: "something broke", context: {} }] }],
    ]);
    assert.deepEqual(
      outcomes.map((one) => one.outcome === "rejected" && [one.reason, one.uncertain]),
      [
        ["something broke", undefined],
        ["something broke", undefined],
      ],
    );
  });

  it("takes silence for nothing written", () => {
    for (const body of [{ results: [], errors: [] }, {}, { status: "COMPLETE" }, []] as const) {
      const { outcomes } = deliver(two, contextOf(), [[200, body]]);
      assert.deepEqual(
        outcomes.map((one) => one.outcome === "rejected" && [one.code, one.uncertain]),
        [
          ["nothing-written", undefined],
          ["nothing-written", undefined],
        ],
      );
    }
    const partly = deliver(two, contextOf(), [[200, { results: [result(11, 1)] }]]).outcomes[1];
    assert.deepEqual(partly?.outcome === "rejected" && [partly.code, partly.uncertain], ["nothing-written", true]);
  });

  it("finds results without trace id by id or match", () => {
    const { outcomes } = deliver(two, contextOf(), [
      [
        200,
        {
          results: [
            { id: "12", new: true, properties: { email: "B@x.io" } },
            { id: 11, properties: { email: "a@x.io" } },
          ],
        },
      ],
    ]);
    assert.deepEqual(outcomes, [
      { outcome: "applied", id: 1, remoteId: "11" },
      { outcome: "applied", id: 2, remoteId: "12", created: true },
    ]);
  });

  it("ignores results and errors of records that were not asked for", () => {
    const errors = [{ category: "C", message: "m", context: { objectWriteTraceId: ["99"] } }];
    const { outcomes } = deliver([two[0] as OutgoingChange], contextOf(), [
      [207, { results: [result(99, 98), result(11, 1)], errors }],
    ]);
    assert.deepEqual(outcomes, [{ outcome: "applied", id: 1, remoteId: "11" }]);
  });

  it("is uncertain where HubSpot both wrote and refused a record", () => {
    const errors = [{ category: "C", message: "m", context: { objectWriteTraceId: ["1"] } }];
    const { outcomes } = deliver([two[0] as OutgoingChange], contextOf(), [
      [207, { results: [result(11, 1)], errors }],
    ]);
    assert.deepEqual(outcomes, [{ outcome: "rejected", id: 1, code: "C", reason: "m", status: 207, uncertain: true }]);
  });

  it("reports a lifecycle stage that HubSpot silently kept", () => {
    const changes = [
      change(1, { action: "update", remoteId: "11", fields: { lifecyclestage: "lead", firstname: "A" } }),
    ];
    const { outcomes } = deliver(changes, contextOf(), [
      [200, { results: [result(11, 1, { properties: { lifecyclestage: "customer" } })] }],
    ]);
    assert.deepEqual(
      outcomes[0]?.outcome === "applied" && outcomes[0].refused?.map(({ field, code }) => [field, code]),
      [["lifecyclestage", "lifecyclestage-backwards"]],
    );
    const kept = deliver(changes, contextOf(), [
      [200, { results: [result(11, 1, { properties: { lifecyclestage: "lead" } })] }],
    ]).outcomes;
    assert.deepEqual(kept, [{ outcome: "applied", id: 1, remoteId: "11", created: false }]);
  });
});

describe("HubSpot's way of writing a change", () => {
  const input = (one: OutgoingChange, context: DeliverContext) => {
    const step = hubspot.deliver([one], context).next();
    assert.ok(!step.done && step.value.step === "request");
    const body = bodyOf(step.value) as { inputs?: Json[] };
    return [step.value.path.split("/").slice(-2).join("/"), body.inputs?.[0] ?? body];
  };

  it("updates by the remote id where it is known, and leaves idProperty out", () => {
    const one = change(1, {
      action: "update",
      remoteId: "11",
      match: "n@x.io",
      matchBefore: "o@x.io",
      fields: { email: "n@x.io" },
    });
    assert.deepEqual(input(one, contextOf()), [
      "batch/update",
      { id: "11", properties: { email: "n@x.io" }, objectWriteTraceId: "1" },
    ]);
  });

  it("updates by hs_object_id as match without idProperty, and does not send it", () => {
    const one = change(1, { match: "11", fields: { hs_object_id: "11", name: "A" } });
    const context = contextOf({ object: "companies", match: "hs_object_id" });
    assert.deepEqual(input(one, context), [
      "batch/update",
      { id: "11", properties: { name: "A" }, objectWriteTraceId: "1" },
    ]);
  });

  it("updates by match in mode update", () => {
    const one = change(1, { action: "update", match: "a@x.io", fields: { firstname: null } });
    assert.deepEqual(input(one, contextOf({ mode: "update" })), [
      "batch/update",
      { id: "a@x.io", idProperty: "email", properties: { firstname: "" }, objectWriteTraceId: "1" },
    ]);
  });

  it("creates in mode insert, without what there is to clear", () => {
    const one = change(1, { match: "a@x.io", fields: { email: "a@x.io", firstname: "" } });
    assert.deepEqual(input(one, contextOf({ mode: "insert" })), [
      "batch/create",
      { properties: { email: "a@x.io" }, associations: [], objectWriteTraceId: "1" },
    ]);
  });

  it("names a custom object by its short form", () => {
    const step = hubspot
      .deliver([change(1, { match: "x", fields: {} })], contextOf({ object: "subscription", match: "code" }))
      .next();
    assert.equal(
      !step.done && step.value.step === "request" && step.value.path,
      "/crm/objects/2026-03/p_subscription/batch/upsert",
    );
  });

  it("archives by id, erases contacts one by one, clears with empty texts", () => {
    const gone = change(1, { action: "delete", remoteId: "11", match: "a@x.io" });
    assert.deepEqual(input(gone, contextOf({ mode: "mirror", onRemoved: "archive" })), ["batch/archive", { id: "11" }]);
    assert.deepEqual(input(gone, contextOf({ mode: "mirror", onRemoved: "delete" })), [
      "contacts/gdpr-delete",
      { objectId: "11" },
    ]);
    const unknown = change(1, { action: "delete", match: "a@x.io" });
    assert.deepEqual(input(unknown, contextOf({ mode: "mirror", onRemoved: "delete" })), [
      "contacts/gdpr-delete",
      { objectId: "a@x.io", idProperty: "email" },
    ]);
    const clear = change(1, { action: "delete", remoteId: "11", fields: { firstname: "" } });
    assert.deepEqual(input(clear, contextOf({ mode: "mirror", onRemoved: "clear" })), [
      "batch/update",
      { id: "11", properties: { firstname: "" }, objectWriteTraceId: "1" },
    ]);
  });

  it("finds the id of a removed record by its match first", () => {
    const changes = [
      change(1, { action: "delete", match: "a@x.io" }),
      change(2, { action: "delete", match: "b@x.io" }),
    ];
    const { outcomes, requests } = deliver(changes, contextOf({ mode: "mirror", onRemoved: "archive" }), [
      [
        207,
        {
          results: [{ id: "11", properties: { email: "a@x.io" } }],
          errors: [{ category: "OBJECT_NOT_FOUND", context: { ids: ["b@x.io"] } }],
        },
      ],
      [204],
    ]);
    assert.deepEqual(requests[1], ["/crm/objects/2026-03/contacts/batch/archive", { inputs: [{ id: "11" }] }]);
    assert.deepEqual(outcomes, [
      { outcome: "applied", id: 1 },
      { outcome: "applied", id: 2 },
    ]);
  });

  it("writes the same record twice in two requests, never in one", () => {
    const changes = [1, 2].map((id) =>
      change(id, { action: "update", remoteId: "11", fields: { firstname: String(id) } }),
    );
    const { requests } = deliver(changes, contextOf(), [
      [200, { results: [result(11, 1)] }],
      [200, { results: [result(11, 2)] }],
    ]);
    assert.equal(requests.length, 2);
  });

  it("never puts more than a hundred records into a request", () => {
    const changes = Array.from({ length: 250 }, (_, index) =>
      change(index + 1, { match: `${index}@x.io`, fields: {} }),
    );
    const answers = [100, 100, 50].map((): readonly [number, Json] => [200, { results: [], errors: [] }]);
    const { made } = deliver(changes, contextOf(), answers);
    assert.deepEqual(
      made.map((request) => request.changes?.length),
      [100, 100, 50],
    );
  });

  it("sends nothing where there is nothing to write, or no way to name the record", () => {
    const rows: readonly (readonly [OutgoingChange, DeliverContext, string])[] = [
      [change(1, { action: "update", remoteId: "11" }), contextOf(), "applied"],
      [
        change(1, { action: "update", match: "n@x.io", matchBefore: "o@x.io", fields: { email: "n@x.io" } }),
        contextOf(),
        "match-changed",
      ],
      [change(1, { action: "update", fields: { name: "x" } }), contextOf({ object: "companies" }), "record-unknown"],
      [
        change(1, { action: "delete" }),
        contextOf({ object: "companies", mode: "mirror", onRemoved: "archive" }),
        "record-unknown",
      ],
      [
        change(1, { match: "1" }),
        contextOf({ object: "companies", mode: "insert", match: "hs_object_id" }),
        "id-given",
      ],
    ];
    for (const [one, context, expected] of rows) {
      const { outcomes } = deliver([one], context, []);
      assert.equal(outcomes[0]?.outcome === "rejected" ? outcomes[0].code : outcomes[0]?.outcome, expected);
    }
  });

  it("groups batches so that each is one request", () => {
    const { by, size, repeatable } = hubspot.batching(contextOf({ mode: "mirror", onRemoved: "archive" }));
    const word = (parts: Partial<OutgoingChange>) =>
      by?.(change(1, { fields: { a: "b" }, ...parts }), contextOf({ mode: "mirror", onRemoved: "archive" }));
    assert.deepEqual(
      [
        word({ match: "m" }),
        word({ remoteId: "1", action: "update" }),
        word({ action: "delete", remoteId: "1" }),
        size,
        repeatable,
      ],
      ["upsert by email", "update", "archive", 100, true],
    );
    assert.equal(hubspot.batching(contextOf({ mode: "insert" })).repeatable, false);
    assert.equal(hubspot.batching(contextOf({ object: "deals" })).repeatable, false);
  });
});

describe("What a mode expects of HubSpot", () => {
  const missing = {
    category: "OBJECT_NOT_FOUND",
    message: "Could not get some CONTACT objects",
    context: { ids: ["11"] },
  };
  const update = change(1, { action: "update", remoteId: "11", fields: { a: "b" } });
  const one = (context: DeliverContext, changed: OutgoingChange, status: number, body?: Json) =>
    deliver([changed], context, [[status, body]]).outcomes[0];

  it("update skips what is not there", () => {
    assert.deepEqual(one(contextOf({ mode: "update" }), update, 207, { results: [], errors: [missing] }), {
      outcome: "skipped",
      id: 1,
      reason: "HubSpot has no such record.",
    });
    assert.equal(one(contextOf({ mode: "update" }), update, 404, missing)?.outcome, "skipped");
  });

  it("upsert rejects a remembered id that is gone, and says what to do", () => {
    const outcome = one(contextOf(), update, 207, { results: [], errors: [missing] });
    assert.ok(
      outcome?.outcome === "rejected" &&
        outcome.code === "OBJECT_NOT_FOUND" &&
        outcome.reason.includes("sluice forget"),
    );
  });

  it("insert skips what is there, and names it", () => {
    const create = change(1, { match: "a@x.io", fields: { email: "a@x.io" } });
    const conflict = {
      category: "CONFLICT",
      message: "Contact already exists. Existing ID: 77",
      context: { objectWriteTraceId: ["1"] },
    };
    const skipped: Outcome = { outcome: "skipped", id: 1, reason: "HubSpot already has this record, with the id 77." };
    assert.deepEqual(one(contextOf({ mode: "insert" }), create, 409, conflict), skipped);
    assert.deepEqual(one(contextOf({ mode: "insert" }), create, 207, { results: [], errors: [conflict] }), skipped);
    const invalid = { category: "VALIDATION_ERROR", message: "no" };
    assert.equal(one(contextOf({ mode: "insert" }), create, 400, invalid)?.outcome, "rejected");
  });

  it("a removal of what is gone is applied", () => {
    const gone = change(1, { action: "delete", remoteId: "11", match: "a@x.io", fields: { firstname: "" } });
    for (const onRemoved of ["archive", "delete", "clear"] as const) {
      assert.deepEqual(one(contextOf({ mode: "mirror", onRemoved }), gone, 404, missing), {
        outcome: "applied",
        id: 1,
        remoteId: "11",
      });
    }
    const refused = one(contextOf({ mode: "mirror", onRemoved: "archive" }), gone, 400, {
      category: "VALIDATION_ERROR",
      message: "no",
    });
    assert.equal(refused?.outcome, "rejected");
  });
});

describe("Every change has exactly one outcome", () => {
  const changes = fc.array(
    fc.record({
      action: fc.constantFrom("create", "update", "delete"),
      known: fc.boolean(),
      match: fc.option(fc.constantFrom("a@x.io", "b@x.io", "c@x.io"), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const answers = fc.infiniteStream(
    fc.record({
      status: fc.constantFrom(200, 201, 204, 207, 400, 404, 409),
      results: fc.array(fc.nat(14)),
      errors: fc.array(fc.option(fc.nat(14), { nil: undefined })),
      traced: fc.boolean(),
    }),
  );

  it("whatever mixture HubSpot answers, in whatever mode", () => {
    fc.assert(
      fc.property(
        changes,
        answers,
        fc.constantFrom("insert", "update", "upsert", "mirror"),
        fc.constantFrom("archive", "delete", "clear"),
        (given, stream, mode, onRemoved) => {
          const batch = given.map(({ action, known, match }, index): OutgoingChange =>
            change(index + 1, {
              action,
              ...(known && { remoteId: String(10 + (index % 3)) }),
              ...(match !== undefined && { match }),
              fields: { firstname: "x" },
            }),
          );
          const conversation = hubspot.deliver(batch, contextOf({ mode, onRemoved }));
          let step = conversation.next();
          while (!step.done) {
            const { status, results, errors, traced } = stream.next().value as {
              status: number;
              results: number[];
              errors: (number | undefined)[];
              traced: boolean;
            };
            const body = {
              category: "C",
              message: "m",
              results: results.map((trace) => ({
                id: String(trace),
                ...(traced && { objectWriteTraceId: String(trace) }),
                properties: { email: "a@x.io" },
              })),
              errors: errors.map((trace) => ({
                category: "OBJECT_NOT_FOUND",
                message: "m",
                context: trace === undefined ? {} : { objectWriteTraceId: [String(trace)] },
              })),
            };
            // HubSpot never answers a question with nothing.
            const isEmpty = status === 204 && step.value.step === "request" && step.value.effect === "write";
            step = conversation.next(answer(status, isEmpty ? undefined : body));
          }
          assert.deepEqual(
            step.value.map(({ id }) => id),
            batch.map(({ id }) => id),
          );
        },
      ),
      { seed: 11, numRuns: 3_000 },
    );
  });
});
