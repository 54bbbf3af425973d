/** A service's own answers, gone wrong in some member: what an old proxy, a new version or a broken service may give. */
import fc from "fast-check";
import { type Cell, type StatementResult } from "../../src/destinations/database";
import { type Response } from "../../src/destinations/destination";
import { httpResponse, type Responder } from "../support/drive";

/** One answer is not as the service gave it. */
export interface Spoil {
  /** Which, counted from 0. */
  readonly answer: number;
  /** Which member or element, or piece of a text, of all it has. */
  readonly place: number;
  readonly how: "drop" | "replace" | "repeat" | "reverse" | "cut";
  readonly by: unknown;
}

export const spoils: fc.Arbitrary<readonly Spoil[]> = fc.array(
  fc.record({
    answer: fc.nat(5),
    place: fc.nat(400),
    how: fc.constantFrom("drop", "replace", "replace", "repeat", "reverse", "cut" as const),
    by: fc.oneof(
      fc.constantFrom(
        null,
        "",
        0,
        -1,
        true,
        [],
        {},
        "1",
        1e21,
        "__proto__",
        [null],
        [[]],
        { id: null },
        "x".repeat(9999),
      ),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

export function spoiling(respond: Responder, all: readonly Spoil[]): Responder {
  let answered = -1;
  return (step) => {
    const response = respond(step);
    if (response.kind === "done") return response;
    answered += 1;
    return all.filter(({ answer }) => answer === answered).reduce(spoilt, response);
  };
}

function spoilt(response: Response, spoil: Spoil): Response {
  if (response.kind === "done") return response;
  if (response.kind === "file")
    return response.text === undefined ? response : { ...response, text: cut(response.text, spoil) };
  if (response.kind === "refused") return response;
  if (response.kind === "rows") return { kind: "rows", results: resultsOf(changed(response.results, spoil)) };
  const json = response.json;
  const text =
    json === undefined || spoil.how === "cut" ? cut(response.text, spoil) : JSON.stringify(changed(json, spoil));
  return httpResponse(response.status, text, { ...response.headers });
}

/** As a driver gives them: rows of texts and nulls, whatever is in them. */
function resultsOf(json: unknown): readonly StatementResult[] {
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const cell = (value: unknown): Cell =>
    value === null || value === undefined || typeof value === "string" ? (value ?? null) : JSON.stringify(value);
  return list(json).map((result) => {
    const { rows } = (result ?? {}) as { readonly rows?: unknown };
    const read = list(rows).map((row) => list(row).map(cell));
    return { rows: read, count: read.length };
  });
}

function cut(text: string, { place, by, how }: Spoil): string {
  const at = text.length === 0 ? 0 : place % text.length;
  if (how === "cut") return text.slice(0, at);
  return text.slice(0, at) + (how === "replace" ? String(JSON.stringify(by)) : "") + text.slice(at + 7);
}

/** A copy of JSON in which the member at the place is otherwise. */
export function changed(json: unknown, { place, how, by }: Spoil): unknown {
  const copy = { whole: structuredClone(json) };
  const places = [...placesIn(copy)];
  const found = places[place % places.length];
  if (found === undefined) return json;
  const { holder, key } = found;
  if (how === "replace") holder[key] = by;
  else if (how === "reverse") holder[key] = Array.isArray(holder[key]) ? holder[key].toReversed() : [holder[key]];
  else if (!Array.isArray(holder)) {
    if (how === "drop") delete holder[key];
    else holder[`${key}2`] = holder[key];
  } else holder.splice(Number(key), how === "drop" ? 1 : 0, ...(how === "drop" ? [] : [holder[Number(key)]]));
  return copy.whole;
}

type Holder = Record<string, unknown> & unknown[];

function* placesIn(holder: unknown): Generator<{ readonly holder: Holder; readonly key: string }> {
  if (typeof holder !== "object" || holder === null) return;
  for (const [key, value] of Object.entries(holder)) {
    yield { holder: holder as Holder, key };
    yield* placesIn(value);
  }
}
