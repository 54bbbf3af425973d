/** What an answer says of a request and of each record in it. */
import { type OutgoingChange } from "../../record";
import { type HttpRequest, type HttpResponse, type Response, type Verdict } from "../destination";
import { type HttpOptions } from "./options";
import { valueAt } from "./pointer";

/** Statuses tell the engine whether to wait, to authorize or to try again; all else is for `deliver` to read. */
export function classify(_request: HttpRequest, { status }: HttpResponse): Verdict {
  if (status === 401) return "expired";
  if (status === 429) return "throttled";
  return mayHaveBeenApplied(status) ? "transient" : "answer";
}

/** An answer that leaves open whether the request was carried out. */
export function mayHaveBeenApplied(status: number): boolean {
  return status === 408 || status === 425 || (status >= 500 && status !== 501 && status !== 505);
}

/** - unclear: the body would tell what was taken, and it is not JSON */
export type Judgement = "accepted" | "refused" | "unclear";

export function judge(response: HttpResponse, { success, errors }: Pick<HttpOptions, "success" | "errors">): Judgement {
  const fine = response.status >= 200 && response.status < 300;
  // An empty body lists no errors; one that cannot be read may.
  const accepted = errors !== undefined && response.json === undefined && response.text !== "" ? "unclear" : "accepted";
  if (success === undefined) return fine ? accepted : "refused";
  if (!("path" in success)) return success.includes(response.status) ? accepted : "refused";
  if (!fine) return "refused";
  if (response.json === undefined) return "unclear";
  return valueAt(response.json, success.path) === success.equals ? "accepted" : "refused";
}

export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly field?: string;
}
export interface RecordErrors {
  readonly byChange: ReadonlyMap<number, Refusal>;
  /** The first error that names none of the records. */
  readonly unnamed?: Refusal;
}

/** The refused records that the answer lists. */
export function recordErrors(
  response: HttpResponse,
  errors: HttpOptions["errors"],
  changes: readonly OutgoingChange[],
): RecordErrors {
  const found = errors === undefined ? undefined : valueAt(response.json, errors.path);
  const byChange = new Map<number, Refusal>();
  if (errors === undefined || found === undefined || found === null || found === false) return { byChange };
  const general = refusal(response);
  const find = finder(errors, changes);
  let unnamed: Refusal | undefined;
  for (const error of Array.isArray(found) ? (found as unknown[]) : [found]) {
    const change = changes.length === 1 ? changes[0] : find(error);
    const field = errors.field === undefined ? undefined : scalarAt(error, errors.field);
    const said: Refusal = {
      code: (errors.code === undefined ? undefined : scalarAt(error, errors.code)) ?? general.code,
      reason: (errors.message === undefined ? sentence(error) : scalarAt(error, errors.message)) ?? general.reason,
      ...(field === undefined ? {} : { field }),
    };
    if (change === undefined) unnamed ??= said;
    else if (!byChange.has(change.id)) byChange.set(change.id, said);
  }
  return { byChange, ...(unnamed === undefined ? {} : { unnamed }) };
}

/** Why a request was refused: the answer's own words, looked for where endpoints commonly put them. */
export function refusal(response: HttpResponse): Refusal {
  const { json, status, text } = response;
  const code = scalarAt(json, "code") ?? scalarAt(json, "error.code") ?? `http-${status}`;
  const plain = text.trim();
  const words =
    sentence(json) ?? (json === undefined && plain !== "" && !plain.startsWith("<") ? clipped(plain) : undefined);
  return { code, reason: words ?? `The endpoint answered ${status}.` };
}

const usualPlaces = ["message", "detail", "error.message", "error", "error_description", "title", "reason"];

function sentence(json: unknown): string | undefined {
  return firstWords(json) ?? firstWords(valueAt(json, "errors.0"));
}

function firstWords(json: unknown): string | undefined {
  if (typeof json === "string" && json !== "") return clipped(json);
  for (const place of usualPlaces) {
    const said = valueAt(json, place);
    if (typeof said === "string" && said !== "") return clipped(said);
  }
  return undefined;
}

/** Finds the record that an error names. */
function finder(
  { index, id }: NonNullable<HttpOptions["errors"]>,
  changes: readonly OutgoingChange[],
): (error: unknown) => OutgoingChange | undefined {
  if (index !== undefined) {
    return (error) => {
      const place = scalarAt(error, index);
      return place !== undefined && /^\d+$/.test(place) ? changes[Number(place)] : undefined;
    };
  }
  if (id === undefined) return () => undefined;
  const byName = new Map<string, OutgoingChange>();
  // Later entries win, so a match outranks a key and a key a remote id.
  for (const name of ["remoteId", "key", "match"] as const) {
    for (const change of changes) if (change[name] !== undefined) byName.set(change[name], change);
  }
  return (error) => byName.get(scalarAt(error, id) ?? "");
}

/** A scalar of the answer as text. */
export function scalarAt(json: unknown, path: string): string | undefined {
  const value = valueAt(json, path);
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function clipped(text: string): string {
  return text.length > 500 ? `${text.slice(0, 499).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/** The answer to a request step. */
export function answered(response: Response): HttpResponse {
  if (response.kind !== "http") throw new Error("a request was not answered by an HTTP response");
  return response;
}
