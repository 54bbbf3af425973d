/** Every change that is sent gets exactly one outcome. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Destination, type Step } from "../../src/destinations/destination";
import { type Mode, type OnRemoved, type OutgoingChange } from "../../src/record";
import { deliverSplit, drive, httpResponse, type Responder } from "../support/drive";
import { answer, anyRequest, inTurn } from "./answers";
import { contextOf, create, removed } from "./context";
import { assertChangesNamed, assertNoSecrets, assertOneEach, assertTruth, recorded, settles } from "./promises";
import { responder, type Sample } from "./sample";
import { spoiling, spoils } from "./spoiling";

export function delivers(destination: Destination, sample: () => Sample): void {
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
    if (destination.transport !== "http") return;
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

export function survives(destination: Destination, sample: () => Sample): void {
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

  it("gives every change exactly one outcome when its own service's answers go wrong in any member", () => {
    const { modes, removals } = sample().object;
    const ways = modes.flatMap((mode): readonly { readonly mode: Mode; readonly onRemoved: OnRemoved }[] =>
      (mode === "mirror" ? removals : (["keep"] as const)).map((onRemoved) => ({ mode, onRemoved })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...ways), fc.nat(2), spoils, ({ mode, onRemoved }, from, all) => {
        const plain = responder(destination, sample().config);
        const context = contextOf(destination, sample(), mode, onRemoved);
        let respond = plain;
        let turn = 0;
        for (const batch of story(sample(), mode, onRemoved, plain, destination)) {
          // Whatever went well before: the answers go wrong from one batch on.
          if (turn++ === from) respond = spoiling(plain, all);
          settles(() => {
            const result = deliverSplit(destination, batch, context, respond);
            assertOneEach(batch, result);
            assertTruth(result);
          });
        }
      }),
      { seed: 23, numRuns: 400 },
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
