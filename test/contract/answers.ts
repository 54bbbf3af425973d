/** Answers that no service should give, and that a connector must live with. */
import fc from "fast-check";
import { type Destination, type HttpRequest, type Response } from "../../src/destinations/destination";
import { httpResponse, type Responder } from "../support/drive";

export const anyRequest: HttpRequest = {
  step: "request",
  method: "POST",
  path: "/people",
  effect: "write",
  repeatable: false,
  limits: [],
};

const statuses = [200, 200, 201, 202, 204, 207, 301, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503];

/** Bodies with the members that vendors use, and anything in them. */
const body = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      ok: fc.boolean(),
      status: fc.constantFrom("COMPLETE", "error", "PENDING"),
      message: fc.oneof(fc.string(), fc.jsonValue()),
      results: fc.array(
        fc.oneof(fc.jsonValue(), fc.record({ id: fc.oneof(fc.string(), fc.integer()), properties: fc.jsonValue() })),
      ),
      errors: fc.array(
        fc.oneof(
          fc.jsonValue(),
          fc.record({ index: fc.integer({ min: -1, max: 5 }), message: fc.string(), context: fc.jsonValue() }),
        ),
      ),
      paging: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);

export function answer(destination: Destination): fc.Arbitrary<Response> {
  if (destination.transport === "file") return fileAnswer;
  if (destination.transport === "database") return rowsAnswer;
  const text = fc.oneof(
    body.map((json) => JSON.stringify(json)),
    body.map((json) => JSON.stringify(json).slice(0, -1)),
    fc.string(),
    fc.constantFrom("", "<html>", "null", "[]", "{}"),
  );
  const headers = fc.dictionary(
    fc.constantFrom("retry-after", "x-ratelimit-remaining", "x-hubspot-ratelimit-max", "content-type"),
    fc.string(),
  );
  return fc
    .tuple(fc.constantFrom(...statuses), text, headers)
    .map(([status, given, named]) => httpResponse(status, given, named));
}

const fileAnswer: fc.Arbitrary<Response> = fc
  .option(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        "",
        "\ufeff",
        "email\r\n",
        "email,email\n",
        'email,plan\r\np1@x.io,""\r\n',
        '"open',
        '{"email":"p1@x.io"}\n',
      ),
    ),
  )
  .map((text) => ({ kind: "file", ...(text === null ? {} : { text }) }));

/** A driver gives texts and nulls in rows, whatever a server does. */
const rowsAnswer: fc.Arbitrary<Response> = fc
  .array(
    fc.record({
      rows: fc.array(fc.array(fc.option(fc.oneof(fc.string(), fc.constantFrom("1", "2", "", "t", "{}", '["a","b"]'))))),
      count: fc.nat(5),
    }),
  )
  .map((results) => ({ kind: "rows", results }));

/** Gives the answers in turn, the last one again and again. */
export function inTurn(destination: Destination, given: readonly Response[]): Responder {
  const nothing: Response = {
    file: { kind: "file" } as const,
    database: { kind: "rows", results: [] } as const,
    http: httpResponse(200, {}),
  }[destination.transport];
  let next = 0;
  return (step) => {
    if (step.step === "pause" || step.step === "checkpoint") return { kind: "done" };
    const index = Math.min(next++, given.length - 1);
    return given[index] ?? nothing;
  };
}
