/** Writing associations. A record is a pair of ids; "from:to" is its id here. */
import { type Conversation, type DeliverContext } from "../destination";
import { SyncFailure } from "../../failure";
import { type OutgoingChange } from "../../record";
import { type Json } from "../../value";
import { batchSize, chunks, fieldsOf, type Fields, http, listOf, paths, reading, textOf, texts, writing } from "./api";
import { refusal, refusalOf } from "./answers";
import { type Note } from "./records";

/** HubSpot creates 2,000 associations at once, but reads those of 1,000 records (changelog of February 2025). */
export const associationBatch = 1_000;

interface Pair {
  readonly from: string;
  readonly to: string;
}
interface Wanted {
  readonly change: OutgoingChange;
  readonly before: Pair | undefined;
  readonly after: Pair | undefined;
}
interface Sides {
  readonly from: string;
  readonly to: string;
  /** undefined: the plain association without label. */
  readonly type: { readonly associationCategory: string; readonly associationTypeId: number } | undefined;
}

/** Present pairs are read first, so that a mirror never removes one that somebody made by hand. */
export function* deliverAssociations(
  batch: readonly OutgoingChange[],
  context: DeliverContext,
  note: Note,
): Conversation<void> {
  if (batch.length === 0) return;
  const sides = yield* sidesOf(context);
  const wanted = batch.map(pairsOf).filter((one) => {
    if (one.after || (one.change.action === "delete" && one.before)) return true;
    note({ outcome: "rejected", id: one.change.id, code: "id-missing", reason: reasonOf(one.change) });
    return false;
  });
  const adds = wanted.filter((one) => one.after && idOf(one.after) !== idOf(one.before));
  const present = yield* presentPairs(
    adds.map((one) => one.after as Pair),
    sides,
  );
  const missing = adds.filter((one) => !present.has(idOf(one.after)));
  const refused = yield* create(missing, sides, note);
  const drops = wanted.filter(
    (one) => one.before && idOf(one.after) !== idOf(one.before) && !refused.has(one.change.id),
  );
  // A pair that another row of the batch wants stays.
  const kept = new Set(wanted.map((one) => idOf(one.after)));
  const notDropped = yield* drop(
    drops.filter((one) => !kept.has(idOf(one.before))),
    sides,
    note,
  );
  const made = new Set<string>();
  for (const { change, after } of wanted) {
    if (refused.has(change.id) || notDropped.has(change.id)) continue;
    const id = idOf(after);
    const exists = present.has(id) || made.has(id);
    if (change.action === "create" && context.mode === "insert" && exists) {
      note({ outcome: "skipped", id: change.id, reason: "The two records are associated already." });
    } else if (after) {
      note({
        outcome: "applied",
        id: change.id,
        remoteId: id,
        ...(change.action === "create" && { created: !exists }),
      });
    } else note({ outcome: "applied", id: change.id });
    made.add(id);
  }
}

function pairsOf(change: OutgoingChange): Wanted {
  const [from, to] = (change.remoteId ?? "").split(":");
  const before = from && to ? { from, to } : undefined;
  if (change.action === "delete") return { change, before, after: undefined };
  const after = { from: side(change.fields["from_id"], before?.from), to: side(change.fields["to_id"], before?.to) };
  const complete = /^\d+$/.test(after.from) && /^\d+$/.test(after.to);
  return { change, before, after: complete ? after : undefined };
}

function side(sent: Json | undefined, before: string | undefined): string {
  return sent === undefined ? (before ?? "") : (textOf(sent) ?? "");
}

function reasonOf(change: OutgoingChange): string {
  return change.action === "delete"
    ? "Which association this was is not known, so it cannot be removed."
    : "An association needs the ids of both records, from_id and to_id.";
}

function idOf(pair: Pair | undefined): string {
  return pair ? `${pair.from}:${pair.to}` : "";
}

function* sidesOf({ options }: DeliverContext): Conversation<Sides> {
  const [from, to] = [textOf(options["from"]), textOf(options["to"])];
  if (from === undefined || to === undefined) {
    throw new SyncFailure(
      "option-missing",
      "The association does not say which objects it links.",
      "Give the sync's destination `from: contacts` and `to: companies`.",
    );
  }
  const [label, type] = [textOf(options["label"]), textOf(options["type"])];
  // Asked for even without a label: where the objects themselves are at fault, no record is.
  const response = http(yield reading("GET", paths.associations(from, to, "labels")));
  if (response.status >= 400) {
    throw new SyncFailure(
      "association-refused",
      `HubSpot refused associations from ${from} to ${to}: ${refusal(response).reason}`,
      "Check `from` and `to` of the sync's destination, and the scopes of the token.",
    );
  }
  if (label === undefined && type === undefined) return { from, to, type: undefined };
  const found = listOf(fieldsOf(response.json)["results"]).find((one) =>
    type === undefined ? textOf(one["label"]) === label : textOf(one["typeId"]) === type,
  );
  if (!found) {
    throw new SyncFailure(
      "association-type-unknown",
      `HubSpot knows no such association from ${from} to ${to}.`,
      "Look the label up in HubSpot (Settings → Objects → Associations), and mind the direction.",
    );
  }
  return {
    from,
    to,
    type: {
      associationCategory: textOf(found["category"]) ?? "USER_DEFINED",
      associationTypeId: Number(found["typeId"]),
    },
  };
}

/** Those of the pairs that HubSpot has, with the sync's label where it has one. */
function* presentPairs(pairs: readonly Pair[], sides: Sides): Conversation<ReadonlySet<string>> {
  const present = new Set<string>();
  let inputs: { readonly id: string; readonly after?: string }[] = [...new Set(pairs.map((pair) => pair.from))].map(
    (id) => ({ id }),
  );
  while (inputs.length > 0) {
    const next: typeof inputs = [];
    for (const chunk of chunks(inputs, associationBatch)) {
      const body = fieldsOf(
        http(yield reading("POST", paths.associations(sides.from, sides.to, "batch/read"), { json: { inputs: chunk } }))
          .json,
      );
      for (const result of listOf(body["results"])) {
        const from = textOf(fieldsOf(result["from"])["id"]) ?? "";
        for (const to of listOf(result["to"]))
          if (hasType(to, sides)) present.add(`${from}:${textOf(to["toObjectId"]) ?? ""}`);
        const after = textOf(fieldsOf(fieldsOf(result["paging"])["next"])["after"]);
        const open = pairs.some((pair) => pair.from === from && !present.has(idOf(pair)));
        if (after !== undefined && open) next.push({ id: from, after });
      }
    }
    inputs = next;
  }
  return present;
}

function hasType(to: Fields, { type }: Sides): boolean {
  return (
    type === undefined ||
    listOf(to["associationTypes"]).some(
      (one) => Number(one["typeId"]) === type.associationTypeId && one["category"] === type.associationCategory,
    )
  );
}

/** Ids of the changes that were refused; their outcomes are noted. */
function* create(wanted: readonly Wanted[], sides: Sides, note: Note): Conversation<ReadonlySet<number>> {
  const refused = new Set<number>();
  if (wanted.length === 0) return refused;
  const unique = [...new Map(wanted.map((one) => [idOf(one.after), one.after as Pair])).values()];
  const inputs = unique.map(({ from, to }) => ({
    from: { id: from },
    to: { id: to },
    ...(sides.type && { types: [sides.type] }),
  }));
  const path = paths.associations(sides.from, sides.to, sides.type ? "batch/create" : "batch/associate/default");
  const changes = wanted.map(({ change }) => change.id);
  const response = http(yield writing("POST", path, { inputs }, { changes, repeatable: true }));
  const body = fieldsOf(response.json);
  const results = listOf(body["results"]);
  const written = new Set(results.map((one) => `${resultId(one, "from")}:${resultId(one, "to")}`));
  const errors = response.status >= 400 ? [body] : listOf(body["errors"]);
  for (const { change, after } of wanted) {
    if (!after || written.has(idOf(after))) continue;
    refused.add(change.id);
    const error =
      errors.find((one) => names(one, after)) ?? errors.find((one) => pairsIn(one).length === 0) ?? errors[0];
    const why = error ? refusalOf(error, `HTTP_${response.status}`) : nothing;
    note({ outcome: "rejected", id: change.id, ...why, status: response.status });
  }
  return refused;
}

const nothing = {
  code: "nothing-written",
  reason: "HubSpot wrote nothing for this association and gave no reason. Run the sync again.",
};

/** Labelled answers say fromObjectId, plain ones from.id. */
function resultId(result: Fields, which: "from" | "to"): string {
  return textOf(result[`${which}ObjectId`]) ?? textOf(fieldsOf(result[which])["id"]) ?? "";
}

/** Does the error's context name this pair? Keys say from or to, or the object's type. */
function names(error: Fields, pair: Pair): boolean {
  const named = pairsIn(error);
  return (
    named.length > 0 &&
    named.every(([key, ids]) => {
      if (/^from/i.test(key)) return ids.includes(pair.from);
      if (/^to/i.test(key)) return ids.includes(pair.to);
      return ids.includes(pair.from) || ids.includes(pair.to);
    })
  );
}

function pairsIn(error: Fields): [string, string[]][] {
  return Object.entries(fieldsOf(error["context"]))
    .map(([key, value]): [string, string[]] => [key, texts(value)])
    .filter(([, ids]) => ids.length > 0);
}

/** Without a label the pair is taken apart whole; with one only the label goes. Ids of the changes that were refused. */
function* drop(wanted: readonly Wanted[], sides: Sides, note: Note): Conversation<ReadonlySet<number>> {
  const refused = new Set<number>();
  for (const chunk of chunks(wanted, batchSize)) {
    const inputs = chunk.map(({ before }) => {
      const { from, to } = before as Pair;
      return sides.type
        ? { from: { id: from }, to: { id: to }, types: [sides.type] }
        : { from: { id: from }, to: [{ id: to }] };
    });
    const path = paths.associations(sides.from, sides.to, sides.type ? "batch/labels/archive" : "batch/archive");
    const changes = chunk.map(({ change }) => change.id);
    const response = http(yield writing("POST", path, { inputs }, { changes, repeatable: true }));
    const body = fieldsOf(response.json);
    for (const { change, before } of chunk) {
      const error = response.status >= 400 ? body : listOf(body["errors"]).find((one) => names(one, before as Pair));
      if (!error || error["category"] === "OBJECT_NOT_FOUND" || response.status === 404) continue;
      refused.add(change.id);
      const uncertain = change.action === "delete" ? {} : { uncertain: true as const };
      note({
        outcome: "rejected",
        id: change.id,
        ...refusalOf(error, `HTTP_${response.status}`),
        status: response.status,
        ...uncertain,
      });
    }
  }
  return refused;
}
