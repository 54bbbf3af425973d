/** Lists of the sandbox. Only manual and snapshot lists take members by hand. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { fieldsOf, texts, textOf } from "./api";
import { type Call } from "./sandbox-call";
import { fault } from "./sandbox-errors";
import { type SandboxList, tableOf } from "./sandbox-state";

/** The parts of the path after …/lists/ */
export function lists(call: Call, parts: readonly string[]): SandboxResponse {
  const [id, memberships, operation] = parts;
  if (id === undefined || id === "") return call.method === "POST" ? create(call) : call.wrongMethod();
  const list = call.state.lists.get(id);
  if (!list)
    return call.refuse(
      fault(404, "OBJECT_NOT_FOUND", `List does not exist with ID ${id}.`, { subCategory: "ILS.LIST_NOT_FOUND" }),
    );
  if (memberships === undefined)
    return call.method === "GET" ? { status: 200, body: { list: shown(list) } } : call.wrongMethod();
  if (memberships !== "memberships") return call.refuse(fault(404, "OBJECT_NOT_FOUND", "resource not found"));
  if (operation === undefined || operation === "join-order") {
    if (call.method === "DELETE") return change(call, list, { add: [], remove: [...list.members.keys()] });
    return call.method === "GET" ? members(call, list) : call.wrongMethod();
  }
  if (call.method !== "PUT") return call.wrongMethod();
  const body = fieldsOf(call.json);
  switch (operation) {
    case "add":
      return change(call, list, { add: texts(call.json), remove: [] });
    case "remove":
      return change(call, list, { add: [], remove: texts(call.json) });
    case "add-and-remove":
      return change(call, list, {
        add: texts(body["recordIdsToAdd"] ?? []),
        remove: texts(body["recordIdsToRemove"] ?? []),
      });
    default:
      return call.refuse(fault(404, "OBJECT_NOT_FOUND", "resource not found"));
  }
}

function shown({ members, id, createdAt, ...list }: SandboxList): Json {
  const at = new Date(createdAt).toISOString();
  return {
    ...list,
    listId: id,
    listVersion: 1,
    size: members.size,
    processingStatus: "COMPLETE",
    createdAt: at,
    updatedAt: at,
  };
}

function create(call: Call): SandboxResponse {
  const body = fieldsOf(call.json);
  const [name, type, object] = [textOf(body["name"]), textOf(body["processingType"]), textOf(body["objectTypeId"])];
  if (
    name === undefined ||
    (type !== "MANUAL" && type !== "SNAPSHOT" && type !== "DYNAMIC") ||
    object === undefined ||
    !tableOf(call.state, object)
  ) {
    return call.refuse(
      fault(
        400,
        "VALIDATION_ERROR",
        "A list needs a name, an objectTypeId and a processingType of MANUAL, SNAPSHOT or DYNAMIC",
      ),
    );
  }
  if ([...call.state.lists.values()].some((list) => list.name === name))
    return call.refuse(fault(400, "VALIDATION_ERROR", `A list named ${name} exists already.`));
  const list: SandboxList = {
    id: String(call.state.lists.size + 1),
    name,
    processingType: type,
    objectTypeId: object,
    createdAt: call.now,
    members: new Map(),
  };
  call.state.lists.set(list.id, list);
  return { status: 200, body: { list: shown(list) } };
}

function members(call: Call, list: SandboxList): SandboxResponse {
  const limit = Math.min(Number(call.query["limit"] ?? 100) || 100, 250);
  const after = Number(call.query["after"] ?? 0) || 0;
  const all = [...list.members];
  const results = all
    .slice(after, after + limit)
    .map(([recordId, at]) => ({ recordId, membershipTimestamp: new Date(at).toISOString() }));
  const next = after + limit < all.length ? { paging: { next: { after: String(after + limit), link: "" } } } : {};
  return { status: 200, body: { results, total: all.length, ...next } };
}

function change(
  call: Call,
  list: SandboxList,
  ids: { readonly add: readonly string[]; readonly remove: readonly string[] },
): SandboxResponse {
  if (list.processingType === "DYNAMIC") {
    return call.refuse(
      fault(
        400,
        "VALIDATION_ERROR",
        `Memberships of list ${list.id} cannot be changed: its processing type is DYNAMIC.`,
        { subCategory: "ILS.INVALID_LIST_PROCESSING_TYPE" },
      ),
    );
  }
  if (ids.add.length + ids.remove.length > 100_000)
    return call.refuse(fault(400, "VALIDATION_ERROR", "At most 100000 records can be added or removed at once"));
  const table = tableOf(call.state, list.objectTypeId);
  const recordIdsMissing: string[] = [];
  const recordsIdsAdded: string[] = [];
  const recordIdsRemoved: string[] = [];
  for (const id of new Set(ids.add)) {
    if (!table?.find(id)) recordIdsMissing.push(id);
    else if (!list.members.has(id)) {
      list.members.set(id, call.now);
      recordsIdsAdded.push(id);
    }
  }
  for (const id of new Set(ids.remove)) if (list.members.delete(id)) recordIdsRemoved.push(id);
  return call.method === "DELETE"
    ? { status: 204 }
    : { status: 200, body: { recordsIdsAdded, recordIdsRemoved, recordIdsMissing } };
}
