/** Writing list memberships. The id of a membership is the id of the record in the list. */
import { type Conversation, type DeliverContext } from "../destination";
import { SyncFailure } from "../../failure";
import { type OutgoingChange } from "../../record";
import { fieldsOf, http, paths, reading, textOf, texts, writing } from "./api";
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
  if (batch.length === 0) return;
  const list = yield* listAt(context);
  const wanted = yield* resolve(batch, list, note);
  const add = [...new Set(wanted.flatMap((one) => one.add ?? []))];
  const remove = [...new Set(wanted.flatMap((one) => one.remove ?? []))].filter((id) => !add.includes(id));
  if (wanted.length === 0) return;
  const changes = wanted.map(({ change }) => change.id);
  const json = { recordIdsToAdd: add, recordIdsToRemove: remove };
  const response = http(yield writing("PUT", paths.memberships(list.id), json, { changes, repeatable: true }));
  if (response.status >= 400) {
    const why = { ...refusal(response), status: response.status };
    for (const { change } of wanted) note({ outcome: "rejected", id: change.id, ...why });
    return;
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

interface List {
  readonly id: string;
  readonly ofContacts: boolean;
}

/** Looked at before anything is written: where the list itself is at fault, no record is. */
function* listAt({ options }: DeliverContext): Conversation<List> {
  const id = textOf(options["list"]);
  if (id === undefined) {
    throw new SyncFailure(
      "option-missing",
      "The sync does not say which list.",
      "Give its destination `list:` with the list's id, found in its address in HubSpot.",
    );
  }
  const response = http(yield reading("GET", paths.list(id)));
  const hint = "Name a manual or snapshot list by its id.";
  if (response.status >= 400)
    throw new SyncFailure("list-refused", `HubSpot refused the list: ${refusal(response).reason}`, hint);
  const body = fieldsOf(response.json);
  const list = fieldsOf(body["list"] ?? body);
  if (list["processingType"] === "DYNAMIC") {
    throw new SyncFailure(
      "list-refused",
      "HubSpot fills this list by its own filters (DYNAMIC), so no record can be put into it.",
      hint,
    );
  }
  return { id, ofContacts: (textOf(list["objectTypeId"]) ?? contactsId) === contactsId };
}

const contactsId = "0-1";

/** Contacts given by address are found first; those that are not there are rejected. */
function* resolve(batch: readonly OutgoingChange[], list: List, note: Note): Conversation<Wanted[]> {
  const byAddress = list.ofContacts
    ? batch.filter((change) => change.action !== "delete" && !given(change, "record_id"))
    : [];
  const contacts = yield* recordsBy({
    object: "contacts",
    by: "email",
    values: byAddress.flatMap((change) => given(change, "email") ?? []),
    fields: [],
    field: { name: "email", type: "text", format: "email" },
  });
  const wanted: Wanted[] = [];
  const reject = ({ id }: OutgoingChange, why: Why): void => note({ outcome: "rejected", id, ...why });
  for (const change of batch) {
    const { remoteId } = change;
    const [id, email] = [given(change, "record_id"), given(change, "email")];
    const add = id ?? textOf(contacts.get(email ?? "")?.["id"]);
    if (change.action === "delete") {
      if (remoteId === undefined) reject(change, whys.unknown);
      else wanted.push({ change, add: undefined, remove: remoteId });
    } else if (add !== undefined && /^\d+$/.test(add)) {
      wanted.push({ change, add, remove: remoteId === add ? undefined : remoteId });
    } else if (id !== undefined || email === undefined) reject(change, whys.noId);
    else reject(change, list.ofContacts ? whys.noContact : whys.notOfContacts);
  }
  return wanted;
}

interface Why {
  readonly code: string;
  readonly reason: string;
  readonly field?: string;
}

const whys = {
  unknown: {
    code: "record-unknown",
    reason: "Which record this was in the list is not known, so it cannot be taken out.",
  },
  noId: {
    code: "id-missing",
    reason: "A list takes a record's id (record_id) or a contact's address (email).",
    field: "record_id",
  },
  noContact: {
    code: "OBJECT_NOT_FOUND",
    reason: "HubSpot has no contact with this address to put into the list.",
    field: "email",
  },
  notOfContacts: {
    code: "email-unfit",
    reason: "This list does not hold contacts, so it takes ids (record_id) only.",
    field: "email",
  },
} as const;

function given(change: OutgoingChange, field: string): string | undefined {
  const text = textOf(change.fields[field]);
  return text === undefined || text === "" ? undefined : text;
}
