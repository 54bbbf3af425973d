/** What every destination promises, whichever there are. A new one inherits all of it by its registry line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type z } from "zod";
import { parse as parseYaml } from "yaml";
import {
  type Config,
  type Conversation,
  type DeliverContext,
  type Destination,
  type Step,
} from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";
import { type Mode, type OnRemoved, type OutgoingChange } from "../../src/record";
import { parseSync } from "../../src/sync/parse";
import { deliverContext, deliverSplit, drive, httpResponse, type Responder } from "../support/drive";
import { answer, anyRequest, inTurn } from "./answers";
import {
  assertChangesNamed,
  assertNoSecrets,
  assertOneEach,
  assertReads,
  recorded,
  settles,
  undescribed,
} from "./promises";
import { allValues, isSecret, matchValue, recordOf, responder, type Sample, sampleOf, withoutSecrets } from "./sample";

for (const destination of destinations) {
  describe(`destination ${destination.type}`, () => {
    let sample: Sample;
    before(async () => {
      sample = await sampleOf(destination);
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
    assert.ok("destination" in (parseYaml(text) as object));
  });

  it("declares limits that let something through", () => {
    for (const { requests, perMs } of destination.limits({})) assert.ok(requests > 0 && perMs > 0);
  });
}

function reads(destination: Destination, sample: () => Sample): void {
  const conversations: Readonly<Record<string, () => Conversation<unknown>>> = {
    authorize: () => destination.authorize(sample().config),
    probe: () => destination.probe(publicConfig(destination, sample())),
    describe: () => destination.describe(publicConfig(destination, sample()), sample().options),
    read: () =>
      destination.read(
        { by: sample().match, values: ["p1@x.io", "p2"], fields: names(sample()) },
        contextOf(destination, sample()),
      ),
    "read by id": () =>
      destination.read({ by: "id", values: ["1", "2"], fields: names(sample()) }, contextOf(destination, sample())),
    lookup: () =>
      destination.lookup(
        { object: sample().object.name, by: sample().match, values: ["p1@x.io", "p2"] },
        publicConfig(destination, sample()),
      ),
  };
  for (const [name, converse] of Object.entries(conversations)) {
    it(`${name} asks and changes nothing`, () => {
      const { steps } = drive(converse(), responder(destination, sample().config));
      for (const step of steps) assertReads(step);
    });

    it(`${name} ends with a result or a failure that says what to do, whatever the answers`, () => {
      fc.assert(
        fc.property(fc.array(answer(destination), { maxLength: 5 }), (given) => {
          const steps: Step[] = [];
          settles(() => drive(converse(), recorded(inTurn(destination, given), steps), 1000));
          for (const step of steps) assertReads(step);
          if (name !== "authorize") assertNoSecrets(steps, sample());
        }),
        { seed: 11, numRuns: 150 },
      );
    });
  }

  it("describes objects that a sync can name and write to", () => {
    const { result } = drive(
      destination.describe(publicConfig(destination, sample()), sample().options),
      responder(destination, sample().config),
    );
    assert.equal(new Set(result.map(({ name }) => name)).size, result.length);
    for (const object of result) {
      assert.ok(object.modes.length > 0, `${object.name} takes no mode`);
      assert.equal(new Set(object.fields.map(({ name }) => name)).size, object.fields.length);
      assert.ok(
        !object.modes.includes("mirror") || object.removals.length > 0,
        `${object.name} mirrors without removals`,
      );
      assert.ok(
        object.match !== "required" || object.open === true || object.fields.some(({ unique }) => unique === true),
        `${object.name} needs a match and has no unique field`,
      );
      assert.ok(object.readable || !object.modes.includes("update"), `${object.name} updates what it cannot read`);
    }
  });

  it("reads back what it was given", function () {
    if (!sample().object.readable) return this.skip();
    const respond = responder(destination, sample().config);
    const context = contextOf(destination, sample());
    const batch = [1, 2].map((n) => create(sample(), n));
    const outcomes = drive(destination.deliver(batch, context), respond).result;
    const values = batch.map(({ match }) => match ?? "");
    const { result } = drive(
      destination.read({ by: sample().match, values: [...values, "absent@x.io"], fields: names(sample()) }, context),
      respond,
    );
    assert.deepEqual([...result.keys()].sort(), [...values].sort());
    for (const [index, change] of batch.entries()) {
      const outcome = outcomes[index];
      const present = result.get(change.match ?? "");
      if (outcome?.outcome === "applied" && outcome.remoteId !== undefined)
        assert.equal(present?.remoteId, outcome.remoteId);
      for (const field of sample().fields) {
        const sent = change.fields[field.name];
        if (sent === undefined) continue;
        assert.equal(
          destination.normal(present?.fields[field.name] ?? null, field),
          destination.normal(sent, field),
          field.name,
        );
      }
    }
  });
}

function encodes(destination: Destination, sample: () => Sample): void {
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

function delivers(destination: Destination, sample: () => Sample): void {
  it("does nothing for an empty batch", () => {
    const { result, steps } = drive(
      destination.deliver([], contextOf(destination, sample())),
      responder(destination, sample().config),
    );
    assert.deepEqual([result, steps], [[], []]);
  });

  it("gives one outcome each to one record, a full batch and one record more", () => {
    const context = contextOf(destination, sample());
    const { size } = destination.batching(context);
    assert.ok(Number.isInteger(size) && size > 0);
    const most = Math.min(size, 2000);
    for (const count of [1, most, most + 1]) {
      const batch = Array.from({ length: count }, (_, index) => create(sample(), index + 1));
      const respond = responder(destination, sample().config);
      for (let start = 0; start < count; start += size) {
        const part = batch.slice(start, start + size);
        const { result, steps } = drive(destination.deliver(part, context), respond);
        assertOneEach(part, result);
        assert.deepEqual(
          result.filter(({ outcome }) => outcome !== "applied"),
          [],
        );
        assertChangesNamed(part, steps);
      }
    }
  });

  it("carries out every mode and removal it offers", () => {
    const { object } = sample();
    for (const mode of object.modes) {
      for (const onRemoved of mode === "mirror" ? object.removals : (["keep"] as const)) {
        const respond = responder(destination, sample().config);
        const context = contextOf(destination, sample(), mode, onRemoved);
        for (const batch of story(sample(), mode, onRemoved, respond, destination)) {
          const { result } = drive(destination.deliver(batch, context), respond);
          assertOneEach(batch, result);
          const wanted = mode === "update" ? ["applied", "skipped"] : ["applied"];
          assert.deepEqual(
            result.filter(({ outcome }) => !wanted.includes(outcome)),
            [],
            `${mode}, ${onRemoved}`,
          );
        }
      }
    }
  });

  it("gives two changes with the same match an outcome each", () => {
    const batch = [create(sample(), 1), { ...create(sample(), 1), id: 2, key: "other" }];
    const { result } = drive(
      destination.deliver(batch, contextOf(destination, sample())),
      responder(destination, sample().config),
    );
    assertOneEach(batch, result);
  });

  it("rejects a bad record with a reason and applies the others", function () {
    const { bad } = sample();
    if (bad === undefined) return this.skip();
    const batch = [1, 2, 3].map((n) => create(sample(), n));
    batch[1] = {
      ...batch[1]!,
      fields: { ...batch[1]!.fields, ...bad },
      ...(sample().match in bad ? { match: String(bad[sample().match]) } : {}),
    };
    const respond = responder(destination, sample().config);
    const outcomes = deliverSplit(destination, batch, contextOf(destination, sample()), respond);
    assert.deepEqual(
      [...outcomes].sort((a, b) => a.id - b.id).map(({ outcome }) => outcome),
      ["applied", "rejected", "applied"],
    );
  });

  it("survives a destination that refuses everything", () => {
    if (destination.transport === "file") return;
    for (const status of [400, 403, 404, 409, 422]) {
      const batch = [1, 2, 3].map((n) => create(sample(), n));
      const refuse: Responder = (step) =>
        step.step === "request" ? httpResponse(status, { message: "No" }) : { kind: "done" };
      settles(() => {
        const { result } = drive(destination.deliver(batch, contextOf(destination, sample())), refuse);
        assertOneEach(batch, result);
        assert.ok(result.every(({ outcome }) => outcome !== "applied"));
      });
    }
  });
}

function survives(destination: Destination, sample: () => Sample): void {
  it("gives every change exactly one outcome, or stops with a failure that says what to do", () => {
    const anyChange = fc.record({
      action: fc.constantFrom("create", "update", "delete" as const),
      n: fc.integer({ min: 1, max: 4 }),
      remote: fc.boolean(),
      moved: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(anyChange, { maxLength: 5 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.array(answer(destination), { minLength: 1, maxLength: 8 }),
        (changes, pick, given) => {
          const { modes, removals } = sample().object;
          const mode = modes[pick % modes.length] as Mode;
          const onRemoved = mode === "mirror" ? (removals[pick % removals.length] as OnRemoved) : "keep";
          const context = contextOf(destination, sample(), mode, onRemoved);
          const batch = changes.map(({ action, n, remote, moved }, index): OutgoingChange => {
            const made = create(sample(), n);
            const known = { ...(remote ? { remoteId: `${n}` } : {}), ...(moved ? { matchBefore: "was@x.io" } : {}) };
            if (mode === "append" || mode === "insert") return { ...made, id: index + 1 };
            if (action !== "delete") return { ...made, ...known, id: index + 1, action };
            if (onRemoved === "keep") return { ...made, id: index + 1, action: "update" };
            return { ...made, ...known, id: index + 1, action, fields: removed(sample(), onRemoved) };
          });
          const steps: Step[] = [];
          settles(() => {
            const { result } = drive(
              destination.deliver(batch, context),
              recorded(inTurn(destination, given), steps),
              2000,
            );
            assertOneEach(batch, result);
          });
          assertNoSecrets(steps, sample());
          assertChangesNamed(batch, steps);
        },
      ),
      { seed: 13, numRuns: 500 },
    );
  });

  it("can always say what an answer means and why a request was refused", () => {
    fc.assert(
      fc.property(answer(destination), (response) => {
        if (response.kind !== "http") return;
        const verdict = destination.classify(anyRequest, response);
        assert.ok(["answer", "throttled", "expired", "transient", "refused"].includes(verdict));
        const { code, reason } = destination.refusal(response);
        assert.ok(code.length > 0 && reason.trim().length > 0, "a refusal without a code or a reason");
        for (const reading of destination.readings?.(anyRequest, response) ?? [])
          assert.ok(reading.name.length > 0, "a reading of no bucket");
      }),
      { seed: 17, numRuns: 500 },
    );
  });
}

function simulates(destination: Destination, sample: () => Sample): void {
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

// ── What the suite says and sees ─────────────────────────────────────────────────────────────────────────────────────

function contextOf(
  destination: Destination,
  sample: Sample,
  mode: Mode = "upsert",
  onRemoved: OnRemoved = "keep",
): DeliverContext {
  const { object, options, match, fields } = sample;
  return deliverContext(
    destination,
    { config: publicConfig(destination, sample), object: object.name, options, match, fields, mode, onRemoved },
    [object],
  );
}

function publicConfig(destination: Destination, sample: Sample): Config {
  return withoutSecrets(destination, sample.config);
}

function names({ fields }: Sample): readonly string[] {
  return fields.map(({ name }) => name);
}

function create(sample: Sample, n: number): OutgoingChange {
  const match = matchValue(
    sample.fields.find(({ name }) => name === sample.match),
    n,
  );
  return { id: n, action: "create", key: `k${n}`, match, fields: recordOf(sample, n) };
}

/** Batches as the runs of one sync bring them: new records, then changes, then removals. */
function* story(
  sample: Sample,
  mode: Mode,
  onRemoved: OnRemoved,
  respond: Responder,
  destination: Destination,
): Generator<readonly OutgoingChange[]> {
  const made = [1, 2].map((n) => create(sample, n));
  if (mode === "update") drive(destination.deliver(made, contextOf(destination, sample)), respond);
  else yield made;
  if (mode === "insert" || mode === "append") return;
  yield made.map((change) => ({ ...change, action: "update" }));
  if (mode !== "mirror" || onRemoved === "keep") return;
  yield made.map((change) => ({ ...change, action: "delete", fields: removed(sample, onRemoved) }));
}

/** Fields of a removal: none, or those to clear. */
function removed({ fields, match }: Sample, onRemoved: OnRemoved): OutgoingChange["fields"] {
  const cleared =
    onRemoved === "clear" ? fields.filter(({ name, required }) => name !== match && required !== true) : [];
  return Object.fromEntries(cleared.map(({ name }) => [name, null]));
}
