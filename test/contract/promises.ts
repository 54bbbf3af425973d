/** What must be true of steps and outcomes, whichever destination they are of. */
import assert from "node:assert/strict";
import { z } from "zod";
import { type Step } from "../../src/destinations/destination";
import { SyncFailure } from "../../src/failure";
import { type OutgoingChange, type Outcome } from "../../src/record";
import { type Responder } from "../support/drive";
import { type Sample } from "./sample";

/** Exactly one outcome for each change, and each says what it must. */
export function assertOneEach(batch: readonly OutgoingChange[], outcomes: readonly Outcome[]): void {
  const ids = (list: readonly { readonly id: number }[]) => list.map(({ id }) => id).sort((a, b) => a - b);
  assert.deepEqual(ids(outcomes), ids(batch));
  for (const outcome of outcomes) {
    if (outcome.outcome === "applied") continue;
    assert.ok(outcome.reason.trim().length > 0, "an outcome without a reason");
    if (outcome.outcome === "rejected") assert.ok(outcome.code.length > 0, "a rejection without a code");
  }
}

/** What is kept of an outcome is text, whatever the service sent in its place. */
export function assertTruth(outcomes: readonly Outcome[]): void {
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  for (const outcome of outcomes) {
    if (outcome.outcome !== "applied") {
      assert.ok(isText(outcome.reason), `a reason that is no text: ${JSON.stringify(outcome)}`);
      if (outcome.outcome === "rejected") {
        assert.ok(isText(outcome.code), `a code that is no text: ${JSON.stringify(outcome)}`);
        assert.ok(outcome.field === undefined || isText(outcome.field), JSON.stringify(outcome));
      }
      continue;
    }
    assert.ok(
      outcome.remoteId === undefined || isText(outcome.remoteId),
      `an id that is no text: ${JSON.stringify(outcome)}`,
    );
    assert.ok(["boolean", "undefined"].includes(typeof outcome.created), JSON.stringify(outcome));
    for (const { field, code, reason } of outcome.refused ?? [])
      assert.ok([field, code, reason].every(isText), JSON.stringify(outcome));
  }
}

export function assertReads(step: Step): void {
  if (step.step === "pause" || step.step === "checkpoint") return;
  assert.equal(step.effect, "read", JSON.stringify(step));
}

/** Every write says which changes it carries, so that its exchange can be shown beside their outcomes. */
export function assertChangesNamed(batch: readonly OutgoingChange[], steps: readonly Step[]): void {
  const known = new Set(batch.map(({ id }) => id));
  for (const step of steps) {
    if (step.step === "pause" || step.step === "checkpoint" || step.effect !== "write") continue;
    assert.ok(step.changes !== undefined && step.changes.length > 0, "a write that names no change");
    assert.ok(
      step.changes.every((id) => known.has(id)),
      "a write that names a change of another batch",
    );
  }
}

/** The engine adds credentials: no step holds one. */
export function assertNoSecrets(steps: readonly Step[], { config }: Sample): void {
  for (const step of steps) {
    if (step.step === "request") {
      assert.ok(step.path.startsWith("/") && !/[\s#]/.test(step.path), step.path);
      const headers = Object.keys(step.headers ?? {}).map((name) => name.toLowerCase());
      assert.ok(!headers.includes("authorization") && !headers.includes("cookie"));
    }
    const text = JSON.stringify(step);
    for (const secret of secretsIn(config)) assert.ok(!text.includes(secret), "a step holds a secret");
  }
}

/** Runs it; a SyncFailure with a hint is an end too, anything else is a bug. */
export function settles(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    assert.match(error.code, /^[a-z0-9-]+$/);
    assert.ok(error.message.length > 0 && error.hint.length > 0, "a failure without a sentence");
  }
}

export function recorded(respond: Responder, steps: Step[]): Responder {
  return (step) => {
    steps.push(step);
    return respond(step);
  };
}

/** Keys without a description, at any depth. */
export function undescribed(schema: z.ZodType, path: string): readonly string[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([key, value]) => {
      const here = `${path}.${key}`;
      return [...((value.description ?? "") === "" ? [here] : []), ...undescribed(value, here)];
    });
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return undescribed(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => undescribed(option as z.ZodType, path));
  if (schema instanceof z.ZodArray) return undescribed(schema.element as z.ZodType, path);
  return [];
}

function secretsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.startsWith("secret-") ? [value] : [];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(secretsIn) : [];
}
