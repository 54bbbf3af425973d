/** Writing list memberships. The id of a membership is the id of the record in the list. */
import { type Conversation, type DeliverContext } from "../destination";
import { SyncFailure } from "../../failure";
import { type OutgoingChange } from "../../record";
import { fieldsOf, http, paths, textOf, texts, writing } from "./api";
import { refusal } from "./answers";
import { recordsBy } from "./read";
import { type Note } from "./records";

export const membershipBatch = 1_000;

interface Wanted {
  readonly change: OutgoingChange;
  /** The record that is to be in the list; undefined for a removal. */
  readonly add: string | undefined;
  readonly remove: string | undefined;
}

export function* deliverMemberships(
  batch: readonly OutgoingChange[],
  context: DeliverContext,
  note: Note,
): Conversation<void> {
  const list = textOf(context.options["list"]);
  if (list === undefined) {
    throw new SyncFailure(
      "option-missing",
      "The sync does not say which list.",
      "Give its destination `list:` with the list's id, found in its address in HubSpot.",
    );
  }
  const wanted = yield* resolve(batch, note);
  const add = [...new Set(wanted.flatMap((one) => one.add ?? []))];
  const remove = [...new Set(wanted.flatMap((one) => one.remove ?? []))].filter((id) => !add.includes(id));
  if (wanted.length === 0) return;
  const changes = wanted.map(({ change }) => change.id);
  const json = { recordIdsToAdd: add, recordIdsToRemove: remove };
  const response = http(yield writing("PUT", paths.memberships(list), json, { changes, repeatable: true }));
  if (response.status >= 400) {
    // No such list, or one that HubSpot fills by its own filters: no record is at fault.
    throw new SyncFailure(
      "list-refused",
      `HubSpot refused the list: ${refusal(response).reason}`,
      "Name a manual or snapshot list by its id.",
    );
  }
  const body = fieldsOf(response.json);
  // "recordsIdsAdded" is HubSpot's spelling.
  const added = new Set([...texts(body["recordsIdsAdded"]), ...texts(body["recordIdsAdded"])]);
  const missing = new Set(texts(body["recordIdsMissing"]));
  const seen = new Set<string>();
  for (const { change, add: record } of wanted) {
    if (record === undefined) {
      note({ outcome: "applied", id: change.id });
      continue;
    }
    const isNew = added.has(record) && !seen.has(record);
    seen.add(record);
    if (missing.has(record)) {
      note({
        outcome: "rejected",
        id: change.id,
        code: "OBJECT_NOT_FOUND",
        reason: "HubSpot has no record with this id to put into the list.",
        field: "record_id",
        status: response.status,
      });
    } else if (context.mode === "insert" && !isNew) {
      note({ outcome: "skipped", id: change.id, reason: "The record is in the list already." });
    } else {
      note({
        outcome: "applied",
        id: change.id,
        remoteId: record,
        ...(change.action === "create" && { created: isNew }),
      });
    }
  }
}

/** Contacts given by address are found first; those that are not there are rejected. */
function* resolve(batch: readonly OutgoingChange[], note: Note): Conversation<Wanted[]> {
  const addresses = batch
    .filter((change) => change.action !== "delete" && !given(change, "record_id"))
    .flatMap((change) => given(change, "email") ?? []);
  const contacts = yield* recordsBy({
    object: "contacts",
    by: "email",
    values: addresses,
    fields: [],
    field: { name: "email", type: "text", format: "email" },
  });
  const wanted: Wanted[] = [];
  for (const change of batch) {
    if (change.action === "delete") {
      if (change.remoteId === undefined)
        note({
          outcome: "rejected",
          id: change.id,
          code: "record-unknown",
          reason: "Which record this was in the list is not known, so it cannot be taken out.",
        });
      else wanted.push({ change, add: undefined, remove: change.remoteId });
      continue;
    }
    const [id, email] = [given(change, "record_id"), given(change, "email")];
    const add = id ?? (email === undefined ? undefined : textOf(contacts.get(email)?.["id"]));
    if (add !== undefined && /^\d+$/.test(add)) {
      wanted.push({
        change,
        add,
        remove: change.remoteId !== undefined && change.remoteId !== add ? change.remoteId : undefined,
      });
    } else if (email !== undefined && id === undefined) {
      note({
        outcome: "rejected",
        id: change.id,
        code: "OBJECT_NOT_FOUND",
        reason: "HubSpot has no contact with this address to put into the list.",
        field: "email",
      });
    } else {
      note({
        outcome: "rejected",
        id: change.id,
        code: "id-missing",
        reason: "A list takes a record's id (record_id) or a contact's address (email).",
        field: "record_id",
      });
    }
  }
  return wanted;
}

function given(change: OutgoingChange, field: string): string | undefined {
  const text = textOf(change.fields[field]);
  return text === undefined || text === "" ? undefined : text;
}
