/** Everything but `deliver` only asks; what it gives is what a sync can work with. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Conversation, type Destination, type PresentRecord, type Step } from "../../src/destinations/destination";
import { drive, httpResponse } from "../support/drive";
import { answer, inTurn } from "./answers";
import { contextOf, create, names, publicConfig } from "./context";
import { assertNoSecrets, assertReads, recorded, settles } from "./promises";
import { responder, type Sample } from "./sample";
import { spoiling, spoils } from "./spoiling";

export function reads(destination: Destination, sample: () => Sample): void {
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
      const steps: Step[] = [];
      settles(() => drive(converse(), recorded(responder(destination, sample().config), steps)));
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

  for (const [name, converse] of Object.entries(conversations)) {
    if (name === "authorize") continue;
    it(`${name} ends with a result or a failure when its own service's answers go wrong in any member`, () => {
      fc.assert(
        fc.property(spoils, (all) => {
          const respond = responder(destination, sample().config);
          settles(() => {
            if (sample().object.modes.includes("upsert"))
              drive(destination.deliver([create(sample(), 1)], contextOf(destination, sample())), respond);
            assertFound(drive(converse(), spoiling(respond, all), 1000).result);
          });
        }),
        { seed: 29, numRuns: 150 },
      );
    });
  }

  it("takes no record for absent because a stranger answered", function () {
    if (!sample().object.readable || destination.transport !== "http") return this.skip();
    for (const said of ["{}", "[]", "null", '{"ok":true}', '{"results":null}', "<html>Sign in</html>", ""]) {
      for (const ask of ["read", "read by id", "lookup"] as const) {
        let found: unknown = "a failure";
        settles(() => {
          found = drive(
            conversations[ask]!(),
            (step) => (step.step === "request" ? httpResponse(200, said) : { kind: "done" }),
            1000,
          ).result;
        });
        assert.equal(found, "a failure", `${ask} of ${JSON.stringify(said)} finds nothing instead of failing`);
      }
    }
  });

  it("describes objects that a sync can name and write to", () => {
    const { result } = drive(
      destination.describe(publicConfig(destination, sample()), sample().options),
      responder(destination, sample().config),
    );
    assert.equal(new Set(result.map(({ name }) => name)).size, result.length);
    for (const object of result) {
      const isFound = object.fields.some(({ unique }) => unique === true);
      assert.ok(object.modes.length > 0 || isFound, `${object.name} takes no mode and cannot be looked up`);
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

/** What is found of records is texts and lists of texts by text, whatever stood in their place. */
function assertFound(result: unknown): void {
  if (!(result instanceof Map)) return;
  for (const [asked, found] of result as ReadonlyMap<unknown, PresentRecord | readonly string[]>) {
    assert.equal(typeof asked, "string");
    const ids: readonly unknown[] = "remoteId" in found ? [found.remoteId] : found;
    assert.ok(
      ids.every((id) => typeof id === "string" && id !== ""),
      `an id that is no text: ${JSON.stringify(found)}`,
    );
    if ("remoteId" in found) assert.ok(typeof found.fields === "object" && found.fields !== null);
  }
}
