/**
 * Which answer belongs to which change. Results come in any order; errors name their record by trace id, by id, or not
 * at all; and what has neither was not written.
 */
import { type HttpResponse } from "../destination";
import { type OutgoingChange } from "../../record";
import { fieldsOf, type Fields, listOf, textOf, texts } from "./api";

export interface Sent {
  readonly change: OutgoingChange;
  /** The input's `id`: a record's id or the value of a unique property. */
  readonly id?: string;
  /** The property that `id` is of; undefined: the record's id. */
  readonly by?: string;
}

export type Answer =
  | { readonly kind: "written"; readonly result: Fields }
  /** `written`: the answer holds a result for the same record too. */
  | { readonly kind: "refused"; readonly error: Fields; readonly written: boolean }
  /** Neither a result nor an error of its own. `others`: other records of the request were written. */
  | { readonly kind: "silent"; readonly error?: Fields; readonly others: boolean };

/** One answer for every change that was sent. `results` and `errors` are looked at whatever the status says. */
export function correlate(response: HttpResponse, sent: readonly Sent[]): ReadonlyMap<number, Answer> {
  const body = fieldsOf(response.json);
  const places = new Places(sent);
  const written = new Map<number, Fields>();
  for (const result of listOf(body["results"])) {
    const change = places.ofResult(result);
    if (change !== undefined && !written.has(change)) written.set(change, result);
  }
  const refused = new Map<number, Fields>();
  const general: Fields[] = [];
  for (const error of listOf(body["errors"])) {
    const changes = places.ofError(error);
    if (changes.length === 0) general.push(error);
    for (const change of changes) if (!refused.has(change)) refused.set(change, error);
  }
  return new Map(
    sent.map(({ change: { id } }): [number, Answer] => {
      const [error, result] = [refused.get(id), written.get(id)];
      if (error) return [id, { kind: "refused", error, written: result !== undefined }];
      if (result) return [id, { kind: "written", result }];
      const others = written.size > 0;
      return [id, { kind: "silent", others, ...(general[0] && { error: general[0] }) }];
    }),
  );
}

/** Finds changes by trace id, by the id sent, and by the value of the property it is of. */
class Places {
  readonly #traces = new Map<string, number>();
  readonly #ids = new Map<string, number>();
  readonly #by: string | undefined;

  constructor(sent: readonly Sent[]) {
    this.#by = sent[0]?.by;
    for (const { change, id } of sent) {
      this.#traces.set(traceOf(change), change.id);
      if (id !== undefined) this.#ids.set(id.trim().toLowerCase(), change.id);
    }
  }

  ofResult(result: Fields): number | undefined {
    const trace = textOf(result["objectWriteTraceId"]);
    if (trace !== undefined) return this.#traces.get(trace);
    const value = this.#by === undefined ? result["id"] : fieldsOf(result["properties"])[this.#by];
    return this.#ids.get((textOf(value) ?? "").trim().toLowerCase());
  }

  ofError(error: Fields): number[] {
    const contexts = [error, ...listOf(error["errors"])].map((one) => fieldsOf(one["context"]));
    const traces = contexts.flatMap((context) => texts(context["objectWriteTraceId"]));
    const byTrace = traces.map((trace) => this.#traces.get(trace));
    const values = contexts
      .flatMap((context) => Object.entries(context))
      .flatMap(([name, value]) => (name === "objectWriteTraceId" ? [] : texts(value)));
    const byId = traces.length > 0 ? [] : values.map((value) => this.#ids.get(value.trim().toLowerCase()));
    return [...new Set([...byTrace, ...byId])].filter((change) => change !== undefined);
  }
}

/** What a request calls a change, for HubSpot to echo. */
export function traceOf(change: OutgoingChange): string {
  return String(change.id);
}
