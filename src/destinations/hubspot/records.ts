/** Writing CRM records: contacts, companies, deals, tickets, custom objects. */
import { type Conversation, type DeliverContext, type HttpResponse } from "../destination";
import { type Outcome, type OutgoingChange } from "../../record";
import { type Json } from "../../value";
import { batchSize, fieldsOf, type Fields, http, paths, textOf, writing } from "./api";
import { refusalOf } from "./answers";
import { type Answer, correlate, type Sent, traceOf } from "./correlate";
import { recordsBy } from "./read";
import { propertiesOf, type Request, type Route, routeOf } from "./routes";

export type Note = (outcome: Outcome) => void;

interface Routed {
  readonly change: OutgoingChange;
  readonly route: Route;
}

/** Removals first: they free unique values that the rest may want. */
export function* deliverRecords(
  batch: readonly OutgoingChange[],
  context: DeliverContext,
  note: Note,
): Conversation<void> {
  const routed: Routed[] = batch.map((change) => ({ change, route: routeOf(change, context) }));
  for (const { change, route } of routed) {
    if (route.kind === "refuse") note({ outcome: "rejected", id: change.id, code: route.code, reason: route.reason });
    if (route.kind === "none") note({ outcome: "applied", id: change.id, ...known(change) });
  }
  const found = yield* findIds(
    routed.filter(({ route }) => route.kind === "find"),
    context,
    note,
  );
  const all = [...routed.filter(({ route }) => route.kind !== "find"), ...found];
  yield* archive(all, context, note);
  yield* erase(all, context, note);
  for (const kind of ["update", "upsert", "create"] as const) {
    const group = all.filter((one): one is { change: OutgoingChange; route: Request } => one.route.kind === kind);
    for (const round of rounds(group)) yield* write(round, context, note);
  }
}

function known(change: OutgoingChange): { readonly remoteId?: string } {
  return change.remoteId === undefined ? {} : { remoteId: change.remoteId };
}

/** Requests of at most a hundred, of one `idProperty` each, and never twice the same id in one: HubSpot refuses those whole. */
function rounds<
  T extends Routed & { readonly route: { readonly kind: string; readonly id?: string; readonly by?: string } },
>(all: readonly T[]): T[][] {
  const made: { readonly by: string | undefined; readonly ids: Set<string>; readonly items: T[] }[] = [];
  for (const item of all) {
    const { by, id } = item.route;
    const fits = made.find(
      (round) => round.by === by && round.items.length < batchSize && (id === undefined || !round.ids.has(id)),
    );
    const round = fits ?? { by, ids: new Set<string>(), items: [] };
    if (!fits) made.push(round);
    if (id !== undefined) round.ids.add(id);
    round.items.push(item);
  }
  return made.map(({ items }) => items);
}

/** Ids of records to remove that are known by their match only. What is not there needs no removal. */
function* findIds(wanted: readonly Routed[], context: DeliverContext, note: Note): Conversation<Routed[]> {
  const by = context.match;
  if (wanted.length === 0 || by === undefined) return [];
  const field = context.object.fields.find((one) => one.name === by) ?? { name: by, type: "text" as const };
  const values = wanted.map(({ change }) => change.match ?? "");
  const records = yield* recordsBy({ object: context.object.name, by, values, fields: [], field });
  const found: Routed[] = [];
  for (const { change } of wanted) {
    const id = textOf(records.get(change.match ?? "")?.["id"]);
    if (id === undefined) note({ outcome: "applied", id: change.id });
    else found.push({ change, route: { kind: context.onRemoved === "delete" ? "erase" : "archive", id } });
  }
  return found;
}

/** Answers 204 for what it archived and for what was gone already. */
function* archive(all: readonly Routed[], context: DeliverContext, note: Note): Conversation<void> {
  const group = all.filter(
    (one): one is { change: OutgoingChange; route: { kind: "archive"; id: string } } => one.route.kind === "archive",
  );
  for (const round of rounds(group)) {
    const inputs = round.map(({ route }) => ({ id: route.id }));
    const changes = round.map(({ change }) => change.id);
    const response = http(
      yield writing("POST", paths.batch(context.object.name, "archive"), { inputs }, { changes, repeatable: true }),
    );
    const answers = correlate(
      response,
      round.map(({ change, route }) => ({ change, id: route.id })),
    );
    for (const { change } of round) {
      const answer = answers.get(change.id);
      const error =
        response.status >= 400 ? fieldsOf(response.json) : answer?.kind === "written" ? undefined : answer?.error;
      note(removed(change, error, response));
    }
  }
}

/** GDPR deletion knows no batches. */
function* erase(all: readonly Routed[], context: DeliverContext, note: Note): Conversation<void> {
  for (const { change, route } of all) {
    if (route.kind !== "erase") continue;
    const json = { objectId: route.id, ...(route.by !== undefined && { idProperty: route.by }) };
    const response = http(
      yield writing("POST", paths.gdprDelete(context.object.name), json, { changes: [change.id], repeatable: true }),
    );
    note(removed(change, response.status >= 400 ? fieldsOf(response.json) : undefined, response));
  }
}

function removed(change: OutgoingChange, error: Fields | undefined, response: HttpResponse): Outcome {
  return error === undefined || isMissing(error, response)
    ? { outcome: "applied", id: change.id, ...known(change) }
    : rejected(change, error, response);
}

function* write(
  round: readonly { change: OutgoingChange; route: Request }[],
  context: DeliverContext,
  note: Note,
): Conversation<void> {
  const kind = round[0]?.route.kind ?? "create";
  const inputs = round.map(({ change, route }): Json => {
    const properties = propertiesOf(change, context);
    const objectWriteTraceId = traceOf(change);
    // There is nothing to clear in a record that does not exist yet.
    if (route.kind === "create") return { properties: withoutBlanks(properties), associations: [], objectWriteTraceId };
    return { id: route.id, ...(route.by !== undefined && { idProperty: route.by }), properties, objectWriteTraceId };
  });
  const changes = round.map(({ change }) => change.id);
  const response = http(
    yield writing(
      "POST",
      paths.batch(context.object.name, kind),
      { inputs },
      { changes, repeatable: kind !== "create" },
    ),
  );
  const sent = round.map(({ change, route }): Sent => ({
    change,
    ...("id" in route && { id: route.id, ...(route.by !== undefined && { by: route.by }) }),
  }));
  const answers: ReadonlyMap<number, Answer> =
    response.status >= 400
      ? new Map(
          round.map(({ change }) => [change.id, { kind: "refused", error: fieldsOf(response.json), written: false }]),
        )
      : correlate(response, sent);
  for (const { change, route } of round) note(outcomeOf(change, route, answers.get(change.id), { context, response }));
}

function withoutBlanks(properties: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ""));
}

interface Place {
  readonly context: DeliverContext;
  readonly response: HttpResponse;
}

function outcomeOf(change: OutgoingChange, route: Request, answer: Answer | undefined, place: Place): Outcome {
  const { id } = change;
  switch (answer?.kind) {
    case "written":
      return applied(change, route, answer.result);
    case "refused":
      return (
        refusedOutcome(change, route, answer.error, place) ?? {
          ...rejected(change, answer.error, place.response),
          ...(answer.written && { uncertain: true }),
        }
      );
    default:
      if (answer?.error) return rejected(change, answer.error, place.response);
      return {
        outcome: "rejected",
        id,
        code: "nothing-written",
        reason:
          "HubSpot wrote nothing for this record and gave no reason. Run the sync again; if it stays, look at the exchange.",
        status: place.response.status,
        // Where others of the request were written, this one may have been too.
        ...(answer?.others && { uncertain: true }),
      };
  }
}

function applied(change: OutgoingChange, route: Request, result: Fields): Outcome {
  const remoteId = textOf(result["id"]) ?? change.remoteId;
  const isNew = route.kind === "create" ? true : route.kind === "update" ? false : result["new"];
  const sentStage = textOf(change.fields[lifecycle]);
  const stage = textOf(fieldsOf(result["properties"])[lifecycle]);
  return {
    outcome: "applied",
    id: change.id,
    ...(remoteId !== undefined && { remoteId }),
    ...(typeof isNew === "boolean" && { created: isNew }),
    ...(sentStage && stage !== undefined && stage !== sentStage && { refused: [backwards] }),
  };
}

const lifecycle = "lifecyclestage";
/** HubSpot ignores an earlier stage without a word; only the echoed value tells. */
const backwards = {
  field: lifecycle,
  code: "lifecyclestage-backwards",
  reason:
    "HubSpot keeps a later lifecycle stage. Clear it there before setting an earlier one, or map the field with `write: if_empty`.",
};

/** Refusals that a mode expects: update what is not there, insert what is. */
function refusedOutcome(
  change: OutgoingChange,
  route: Request,
  error: Fields,
  { context, response }: Place,
): Outcome | undefined {
  const { id } = change;
  if (route.kind === "update" && isMissing(error, response)) {
    if (change.action === "delete") return { outcome: "applied", id, ...known(change) };
    if (context.mode === "update") return { outcome: "skipped", id, reason: "HubSpot has no such record." };
    const remembered = change.remoteId !== undefined;
    return {
      outcome: "rejected",
      id,
      code: "OBJECT_NOT_FOUND",
      reason: remembered
        ? "HubSpot has no record with the id that Sluice remembers: it was deleted or merged there. `sluice forget` the key, and the next run sends the record anew."
        : "HubSpot has no record with this id.",
      status: response.status,
    };
  }
  if (route.kind === "create" && context.mode === "insert") {
    const existing = existingId(error, context.match);
    if (existing !== undefined)
      return { outcome: "skipped", id, reason: `HubSpot already has this record, with the id ${existing}.` };
  }
  return undefined;
}

/** "Contact already exists. Existing ID: 123", or of a unique property: "… 123 already has that value." */
function existingId(error: Fields, match: string | undefined): string | undefined {
  const { reason, field } = refusalOf(error);
  const message = `${textOf(error["message"]) ?? ""} ${reason}`;
  const conflict = /Existing ID: (\d+)/.exec(message)?.[1];
  if (conflict !== undefined || match === undefined) return conflict;
  const isMatch = field === match || message.includes(`propertyName=${match},`);
  return isMatch ? /(\d+) already has that value/.exec(message)?.[1] : undefined;
}

function isMissing(error: Fields, response: HttpResponse): boolean {
  // A page of some proxy with status 404 says nothing about the record.
  return (
    error["category"] === "OBJECT_NOT_FOUND" || (response.status === 404 && textOf(error["message"]) !== undefined)
  );
}

function rejected(
  change: OutgoingChange,
  error: Fields,
  response: HttpResponse,
): Extract<Outcome, { outcome: "rejected" }> {
  return {
    outcome: "rejected",
    id: change.id,
    ...refusalOf(error, `HTTP_${response.status}`),
    status: response.status,
  };
}
