import assert from "node:assert/strict";
import {
  type DeliverContext,
  type HttpRequest,
  type HttpResponse,
  type Step,
} from "../../../src/destinations/destination";
import { http } from "../../../src/destinations/http/http";
import { SyncFailure } from "../../../src/failure";
import { type OutgoingChange, type Outcome } from "../../../src/record";
import { batches } from "../../../src/run/outgoing";
import { type Json } from "../../../src/value";
import {
  answers,
  type ContextAsk,
  deliverContext,
  drive,
  httpResponse,
  openFields,
  sandboxed,
} from "../../support/drive";

const fields = openFields({ id: "text", email: "text", age: "number" });
const ok = httpResponse(200, {});

function contextOf(options: Record<string, unknown>, ask: Partial<ContextAsk> = {}): DeliverContext {
  return deliverContext(http, { fields, match: "id", options: { path: "/people", ...options }, ...ask });
}
function change(id: number, rest: Partial<OutgoingChange> = {}): OutgoingChange {
  const name = `p${id}`;
  return {
    id,
    action: "create",
    key: name,
    match: name,
    fields: { id: name, email: `${name}@x.io`, age: id },
    ...rest,
  };
}
function deliver(batch: readonly OutgoingChange[], context: DeliverContext, ...given: readonly HttpResponse[]) {
  const { result, steps } = drive(http.deliver(batch, context), answers(...given));
  return { outcomes: result, requests: steps as readonly HttpRequest[] };
}
const bodyOf = (step: Step | undefined): Json | undefined =>
  step?.step === "request" && step.body !== undefined && "json" in step.body ? step.body.json : undefined;
const brief = (outcomes: readonly Outcome[]): string =>
  [...outcomes]
    .sort((a, b) => a.id - b.id)
    .map(({ outcome }) => outcome)
    .join(" ");
const failsWith = (code: string) => (error: unknown) => error instanceof SyncFailure && error.code === code;

describe("HTTP destination: requests", () => {
  it("sends the mapped fields as a JSON object", () => {
    const { requests, outcomes } = deliver([change(1)], contextOf({ headers: { "X-Source": "sluice" } }), ok);
    const { method, path, headers, effect, repeatable, changes } = requests[0]!;
    assert.deepEqual(
      { method, path, headers, effect, repeatable, changes },
      {
        method: "POST",
        path: "/people",
        headers: { "X-Source": "sluice" },
        effect: "write",
        repeatable: false,
        changes: [1],
      },
    );
    assert.deepEqual(bodyOf(requests[0]), { id: "p1", email: "p1@x.io", age: 1 });
    assert.deepEqual(outcomes, [{ outcome: "applied", id: 1 }]);
  });

  const bodies: readonly [name: string, template: Json, body: Json][] = [
    ["values with their type", { a: "{{ age }}", b: ["{{email}}"] }, { a: 1, b: ["p1@x.io"] }],
    [
      "text around values",
      { a: "age: {{ age }}, {{ id }}", n: 1, t: true, z: null },
      { a: "age: 1, p1", n: 1, t: true, z: null },
    ],
    ["the key", { k: "{{ key }}" }, { k: "p1" }],
    [
      "no remote id yet",
      { id: "{{ remote_id }}", list: ["{{ remote_id }}"], text: "<{{ remote_id }}>" },
      { list: [null], text: "<>" },
    ],
  ];
  for (const [name, template, body] of bodies) {
    it(`fills a body template with ${name}`, () => {
      const { requests } = deliver([change(1)], contextOf({ body: template }), ok);
      assert.deepEqual(bodyOf(requests[0]), body);
    });
  }

  it("percent-encodes what it puts into a path, and keeps the query apart", () => {
    const awkward = change(1, { fields: { id: "a/b?c#d é%2e" } });
    const { requests } = deliver(
      [awkward],
      contextOf({ method: "PUT", path: "/people/{{ id }}/x?mode=full&who={{ id }}" }),
      ok,
    );
    assert.equal(requests[0]?.path, "/people/a%2Fb%3Fc%23d%20%C3%A9%252e/x");
    assert.deepEqual(requests[0]?.query, { mode: "full", who: "a/b?c#d é%2e" });
  });

  for (const value of [null, "", ".", "..", "\ud800"]) {
    it(`never lets ${JSON.stringify(value)} stand in a path, where it would address something else`, () => {
      const { outcomes, requests } = deliver(
        [change(1, { fields: { id: value } })],
        contextOf({ path: "/people/{{ id }}" }),
      );
      assert.deepEqual([requests.length, outcomes[0]?.outcome === "rejected" && outcomes[0].code], [0, "unfit-path"]);
    });
  }

  it("sends batches as an array, or wrapped", () => {
    const batch = [change(1), change(2), change(3)];
    const bare = deliver(batch, contextOf({ body: { id: "{{ id }}" }, batch: { size: 2 } }), ok, ok);
    assert.deepEqual(bare.requests.map(bodyOf), [[{ id: "p1" }, { id: "p2" }], [{ id: "p3" }]]);
    const wrapped = deliver(batch, contextOf({ body: { id: "{{ id }}" }, batch: { size: 3, wrap: "people" } }), ok);
    assert.deepEqual(wrapped.requests.map(bodyOf), [{ people: [{ id: "p1" }, { id: "p2" }, { id: "p3" }] }]);
  });

  it("changes and removes records by requests of their own, by the endpoint's id", () => {
    const context = contextOf(
      {
        remote_id: "data.id",
        on_update: { path: "/people/{{ remote_id }}" },
        on_delete: { path: "/people/{{ remote_id }}" },
      },
      { mode: "mirror", onRemoved: "delete" },
    );
    const created = deliver([change(1)], context, httpResponse(201, { data: { id: 77 } }));
    assert.deepEqual(created.outcomes, [{ outcome: "applied", id: 1, remoteId: "77" }]);
    const later = [
      change(2, { action: "update", remoteId: "77", fields: { age: 3 } }),
      change(3, { action: "delete", remoteId: "77", fields: {} }),
    ];
    const { requests } = deliver(later, context, ok, httpResponse(204));
    assert.deepEqual(
      requests.map(({ method, path, repeatable }) => [method, path, repeatable]),
      [
        ["PATCH", "/people/77", false],
        ["DELETE", "/people/77", true],
      ],
    );
    assert.deepEqual(requests.map(bodyOf), [{ id: "p2", age: 3 }, undefined]);
  });

  it("a removal that clears is an update with nulls", () => {
    const context = contextOf(
      { method: "PUT", path: "/people/{{ id }}", on_delete: { path: "/x" } },
      { mode: "mirror", onRemoved: "clear" },
    );
    const { requests } = deliver([change(1, { action: "delete", fields: { email: null } })], context, ok);
    assert.deepEqual(
      [requests[0]?.method, requests[0]?.path, bodyOf(requests[0])],
      ["PUT", "/people/p1", { id: "p1", email: null }],
    );
  });

  it("gives the same record the same idempotency key in every run, but an update a key of its run", () => {
    const key = (batch: readonly OutgoingChange[], run: string, mode: DeliverContext["mode"] = "append"): string => {
      const context = contextOf({ idempotency_header: "Idempotency-Key" }, { run, mode });
      const [request] = deliver(batch, context, ok).requests;
      assert.equal(request?.repeatable, true);
      return request?.headers?.["Idempotency-Key"] ?? "";
    };
    assert.match(key([change(1)], "a"), /^[0-9a-f]{64}$/);
    assert.equal(
      key([change(1)], "a"),
      key([change(1, { id: 9, fields: { age: 1, email: "p1@x.io", id: "p1" } })], "b"),
    );
    assert.notEqual(key([change(1)], "a"), key([change(1, { fields: { id: "p1" } })], "a"));
    const update = [change(1, { action: "update" })];
    assert.notEqual(key(update, "a", "upsert"), key(update, "b", "upsert"));
    assert.equal(key(update, "a", "append"), key(update, "b", "append"));
  });
});

describe("HTTP destination: answers", () => {
  const batch = [change(1), change(2), change(3), change(4)];
  const together = { batch: { size: 10 } };
  const refusedBatch = httpResponse(422, { message: "no" });

  it("rejects one record with the endpoint's own words", () => {
    const words: readonly [body: unknown, reason: string][] = [
      [{ message: "Bad e-mail" }, "Bad e-mail"],
      [{ error: { message: "Bad", code: "bad_mail" } }, "Bad"],
      [{ errors: [{ detail: "Bad" }] }, "Bad"],
      [{ errors: ["Bad"] }, "Bad"],
      ["plain words", "plain words"],
      ["<html>…</html>", "The endpoint answered 400."],
      ["", "The endpoint answered 400."],
    ];
    for (const [body, reason] of words) {
      const [outcome] = deliver([change(1)], contextOf({}), httpResponse(400, body)).outcomes;
      assert.ok(outcome?.outcome === "rejected");
      assert.deepEqual([outcome.reason, outcome.status, outcome.uncertain], [reason, 400, undefined]);
    }
  });

  it("rejects the records an accepted batch lists, by index or by id, and applies the others", () => {
    const named: readonly [options: Json, answer: Json][] = [
      [
        { path: "errors", index: "at", message: "why", field: "field", code: "code" },
        { errors: [{ at: 1, why: "Bad", field: "email", code: "E1" }] },
      ],
      [
        { path: "/result/bad", id: "/ref", message: "why", field: "field", code: "code" },
        { result: { bad: [{ ref: "p2", why: "Bad", field: "email", code: "E1" }] } },
      ],
    ];
    for (const [errors, answer] of named) {
      const { outcomes } = deliver(batch, contextOf({ ...together, errors }), httpResponse(207, answer));
      assert.equal(brief(outcomes), "applied rejected applied applied");
      assert.deepEqual(outcomes[1], {
        outcome: "rejected",
        id: 2,
        code: "E1",
        reason: "Bad",
        field: "email",
        status: 207,
      });
    }
  });

  it("sends a refused batch again without the records it names", () => {
    const context = contextOf({ ...together, errors: { path: "errors", index: "index" } });
    const { outcomes, requests } = deliver(
      batch,
      context,
      httpResponse(422, { errors: [{ index: 0, message: "Bad" }] }),
      ok,
    );
    assert.equal(brief(outcomes), "rejected applied applied applied");
    assert.deepEqual(
      requests.map(({ changes }) => changes),
      [
        [1, 2, 3, 4],
        [2, 3, 4],
      ],
    );
  });

  it("halves a refused batch until the guilty record stands alone", () => {
    const { outcomes, requests } = deliver(
      batch,
      contextOf(together),
      refusedBatch,
      ok,
      refusedBatch,
      refusedBatch,
      ok,
    );
    assert.equal(brief(outcomes), "applied applied rejected applied");
    assert.deepEqual(
      requests.map(({ changes }) => changes),
      [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]],
    );
  });

  it("does not look for a guilty record where the whole batch is unwelcome", () => {
    const { outcomes, requests } = deliver(batch, contextOf(together), httpResponse(404, ""));
    assert.deepEqual([brief(outcomes), requests.length], ["rejected rejected rejected rejected", 1]);
  });

  it("gives a record that has a request of its own a batch of its own, so that a time-out puts no other in doubt", () => {
    const context = contextOf({ batch: { size: 10 }, on_update: { path: "/people/{{ id }}" } });
    const changes = [1, 2, 3, 4].map((id) => change(id, { action: id > 2 ? "update" : "create" }));
    const ids = batches(changes, http.batching(context), context).flatMap((wave) =>
      wave.map((batch) => batch.map(({ id }) => id)),
    );
    assert.deepEqual(ids, [[1, 2], [3], [4]]);
  });

  it("does not take a batch for sent where the answer would list the errors and cannot be read", () => {
    const errors = { path: "errors", index: "index" };
    const batch = [change(1), change(2)];
    for (const [text, repeatable, wanted] of [
      ["<html>Sign in</html>", false, "in doubt in doubt"],
      ["OK", true, "rejected rejected"],
      ["", false, "applied applied"],
    ] as const) {
      const context = contextOf({ batch: { size: 10 }, errors, ...(repeatable ? { repeatable } : {}) });
      assert.equal(brief(deliver(batch, context, httpResponse(200, text)).outcomes), wanted);
    }
  });

  it("holds back what an error without a name may be about", () => {
    const options = { ...together, errors: { path: "errors", index: "index" } };
    const answer = httpResponse(200, { errors: [{ message: "One was bad" }, { index: 0, message: "Bad" }] });
    assert.equal(brief(deliver(batch, contextOf(options), answer).outcomes), "rejected in doubt in doubt in doubt");
    const harmless = deliver(batch, contextOf({ ...options, repeatable: true }), answer).outcomes;
    assert.ok(
      harmless.every((outcome) => outcome.outcome === "rejected" && (outcome.uncertain === true) === outcome.id > 1),
    );
  });

  const success: readonly [name: string, success: Json, answer: HttpResponse, outcome: string][] = [
    ["a listed status", [200, 409], httpResponse(409), "applied"],
    ["a status that is not listed", [200], httpResponse(202), "rejected"],
    ["a body that says yes", { path: "ok", equals: true }, httpResponse(200, { ok: true }), "applied"],
    ["a body that says no", { path: "ok", equals: true }, httpResponse(200, { ok: false }), "rejected"],
    ["a body that is not JSON", { path: "ok", equals: true }, httpResponse(200, "<html>"), "in doubt"],
    ["an error status with a good body", { path: "ok", equals: true }, httpResponse(400, { ok: true }), "rejected"],
  ];
  for (const [name, rule, answer, outcome] of success) {
    it(`success by ${name}: ${outcome}`, () =>
      assert.equal(brief(deliver([change(1)], contextOf({ success: rule }), answer).outcomes), outcome));
  }

  const endings: readonly [
    status: number,
    options: Record<string, unknown>,
    ask: Partial<ContextAsk>,
    rest: Partial<OutgoingChange>,
    outcome: string,
  ][] = [
    [503, {}, {}, {}, "in doubt"],
    [503, { repeatable: true }, {}, {}, "rejected"],
    [429, {}, {}, {}, "rejected"],
    [301, {}, {}, {}, "rejected"],
    [409, {}, { mode: "insert" }, {}, "skipped"],
    [409, {}, { mode: "upsert" }, {}, "rejected"],
    [404, { on_delete: { path: "/x" } }, { mode: "mirror", onRemoved: "delete" }, { action: "delete" }, "applied"],
    [400, { on_delete: { path: "/x" } }, { mode: "mirror", onRemoved: "delete" }, { action: "delete" }, "rejected"],
  ];
  for (const [status, options, ask, rest, outcome] of endings) {
    it(`${status} to ${JSON.stringify({ ...options, ...ask })}: ${outcome}`, () => {
      assert.equal(brief(deliver([change(1, rest)], contextOf(options, ask), httpResponse(status)).outcomes), outcome);
    });
  }

  it("stops the run when the credentials are refused", () => {
    assert.throws(() => deliver([change(1)], contextOf({}), httpResponse(401)), failsWith("not-authorized"));
  });

  it("tells the engine what each status means", () => {
    const request = deliver([change(1)], contextOf({}), ok).requests[0]!;
    const verdicts = [200, 301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 503].map((status) =>
      http.classify(request, httpResponse(status)),
    );
    assert.equal(
      verdicts.join(" "),
      "answer answer answer expired answer answer transient answer answer throttled transient answer transient",
    );
  });
});

describe("HTTP destination: declaration", () => {
  it("offers mirror only where it is told how to remove", () => {
    const modes = (options: Record<string, unknown>) => drive(http.describe({}, options), answers()).result[0]?.modes;
    assert.deepEqual(modes({ path: "/x" }), ["insert", "upsert", "append"]);
    assert.deepEqual(modes({ path: "/x", on_delete: { path: "/x" } }), ["insert", "upsert", "mirror", "append"]);
  });

  it("finds templates that name what is not mapped, before anything is sent", () => {
    const context = contextOf({ body: { a: ["{{ emial }}"] }, batch: { size: 2 }, path: "/{{ id }}" });
    assert.deepEqual(
      http.check?.(context)?.map(({ path, code }) => [path.join("."), code]),
      [
        ["body.a.0", "unknown-placeholder"],
        ["path", "shared-path"],
      ],
    );
    assert.throws(() => deliver([change(1)], context), failsWith("unknown-placeholder"));
  });

  const bad: readonly Record<string, unknown>[] = [
    {},
    { path: "people" },
    { path: "/x?a=1&a=2" },
    { path: "/x", headers: { Authorization: "Bearer x" } },
    { path: "/x", headers: { "X-A": "line\r\nbreak" } },
    { path: "/x", success: [500] },
    { path: "/x", errors: { path: "e", index: "i", id: "j" } },
  ];
  for (const options of bad)
    it(`refuses ${JSON.stringify(options)}`, () => assert.equal(http.options.safeParse(options).success, false));

  it("makes credentials from the connection, and none that HTTP cannot carry", () => {
    const credentials = (config: Record<string, unknown>) => drive(http.authorize(config), answers()).result.headers;
    assert.deepEqual(credentials({ headers: { "X-Key": "k" }, auth: { bearer: "t" } }), {
      "X-Key": "k",
      Authorization: "Bearer t",
    });
    assert.deepEqual(credentials({ auth: { user: "ü", password: "p:w" } }), {
      Authorization: `Basic ${Buffer.from("ü:p:w").toString("base64")}`,
    });
    assert.deepEqual(credentials({ headers: "sandbox", auth: "sandbox" }), {});
    assert.throws(
      () => credentials({ auth: { bearer: "two\nlines" } }),
      (error) => error instanceof SyncFailure && !/two/.test(error.message + error.hint),
    );
  });

  it("knows its account by the host, and proves credentials where a probe path is given", () => {
    const config = { base_url: "https://api.x.io:8443/v1", probe_path: "/me" };
    assert.deepEqual(drive(http.probe({ base_url: config.base_url }), answers()).result, {
      account: "api.x.io:8443",
      label: "api.x.io:8443",
    });
    assert.equal(drive(http.probe(config), answers(ok)).result.account, "api.x.io:8443");
    assert.throws(() => drive(http.probe(config), answers(httpResponse(403))), failsWith("not-authorized"));
    assert.throws(() => drive(http.probe(config), answers(httpResponse(404))), failsWith("probe-failed"));
  });

  it("sends numbers that JSON readers would round as text, and refuses JSON that holds them", () => {
    const field = fields[2]!;
    const encode = (type: "number" | "json", text: string) => http.encode({ type, text }, field, { action: "create" });
    assert.deepEqual(encode("number", "12.5"), { wire: 12.5 });
    assert.deepEqual(encode("number", "9007199254740993"), { wire: "9007199254740993" });
    assert.equal("refused" in encode("json", "[9007199254740993]"), true);
  });
});

describe("HTTP sandbox", () => {
  const sync = (options: Record<string, unknown>, batch: readonly OutgoingChange[], sandbox = http.sandbox!()) => {
    const context = contextOf(options, { mode: "mirror", onRemoved: "delete" });
    const { result, steps } = drive(http.deliver(batch, context), sandboxed(sandbox));
    const { collections } = sandbox.dump() as { collections: Record<string, Record<string, unknown>> };
    return { outcomes: result, steps, people: Object.keys(collections["/people"] ?? {}), sandbox };
  };

  it("keeps documents and refuses bad e-mails by name, so that the others arrive", () => {
    const options = {
      batch: { size: 10, wrap: "records" },
      errors: { path: "errors", index: "index", field: "field" },
      on_delete: { path: "/people/{{ id }}" },
    };
    const bad = change(2, { fields: { id: "p2", email: "oops" } });
    const { outcomes, people, sandbox } = sync(options, [change(1), bad, change(3)]);
    assert.equal(brief(outcomes), "applied rejected applied");
    assert.deepEqual(people, ["p1", "p3"]);
    assert.deepEqual(sync(options, [change(4, { action: "delete", match: "p1", fields: {} })], sandbox).people, ["p3"]);
  });

  it("honours an idempotency key, and outlives its dump", () => {
    const options = {
      idempotency_header: "Idempotency-Key",
      body: { email: "{{ email }}" },
      on_delete: { path: "/people/{{ id }}" },
    };
    const first = sync(options, [change(1)]);
    const again = sync(options, [change(1)], http.sandbox!(first.sandbox.dump()));
    assert.deepEqual(again.people, ["d1"]);
    assert.deepEqual(sync({ ...options, idempotency_header: undefined }, [change(1)], again.sandbox).people, [
      "d1",
      "d2",
    ]);
  });
});
