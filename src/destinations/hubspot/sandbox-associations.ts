/** Associations of the sandbox: both directions are kept, as HubSpot shows both. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { fieldsOf, type Fields, listOf, textOf } from "./api";
import { type Call } from "./sandbox-call";
import { codeOf, type Type, typesOf } from "./sandbox-association-types";
import { entry, type Fault, fault, several } from "./sandbox-errors";
import { linksOf, type State } from "./sandbox-state";
import { type Table } from "./sandbox-table";

export interface Sides {
  readonly from: Table;
  readonly to: Table;
}

interface Pair extends Sides {
  readonly fromId: string;
  readonly toId: string;
}

/** GET and POST …/{from}/{to}/labels */
export function labels(call: Call, sides: Sides): SandboxResponse {
  const [from, to] = [sides.from.type.name, sides.to.type.name];
  const shown = (types: readonly Type[]): Json => ({
    results: types.map(({ category, typeId, label }) => ({ category, typeId, label })),
  });
  if (call.method === "GET") return { status: 200, body: shown(typesOf(call.state, from, to)) };
  if (call.method !== "POST") return call.wrongMethod();
  const body = fieldsOf(call.json);
  const label = textOf(body["label"]);
  if (label === undefined || label === "")
    return call.refuse(
      fault(400, "VALIDATION_ERROR", "Invalid input JSON: Some required fields were not set: [label]"),
    );
  const typeId = 2 * call.state.labels.length + 1;
  const inverse = from === to && textOf(body["inverseLabel"]) === undefined ? typeId : typeId + 1;
  call.state.labels.push({ from, to, typeId, label, inverse });
  if (inverse !== typeId)
    call.state.labels.push({
      from: to,
      to: from,
      typeId: inverse,
      label: textOf(body["inverseLabel"]) ?? label,
      inverse: typeId,
    });
  return {
    status: 200,
    body: shown(
      typesOf(call.state, from, to).filter((type) => type.typeId === typeId && type.category === "USER_DEFINED"),
    ),
  };
}

/** POST …/{from}/{to}/batch/{create|associate/default|read|archive|labels/archive} */
export function batch(call: Call, sides: Sides, operation: string): SandboxResponse {
  const inputs = listOf(fieldsOf(call.json)["inputs"]);
  const most = operation === "read" ? 1_000 : 2_000;
  if (inputs.length === 0)
    return call.refuse(
      fault(400, "VALIDATION_ERROR", "Invalid input JSON: Some required fields were not set: [inputs]"),
    );
  if (inputs.length > most)
    return call.refuse(
      fault(400, "VALIDATION_ERROR", `The maximum number of inputs is ${most}; there were ${inputs.length}`),
    );
  switch (operation) {
    case "read":
      return read(call, sides, inputs);
    case "create":
    case "associate/default":
      return create(call, sides, inputs, operation);
    case "archive":
    case "labels/archive":
      return archive(call, sides, inputs, operation);
    default:
      return call.refuse(fault(404, "OBJECT_NOT_FOUND", "resource not found"));
  }
}

/** Records with very many associations are paged. */
const pageSize = 500;

function read(call: Call, sides: Sides, inputs: readonly Fields[]): SandboxResponse {
  const results: Json[] = [];
  const errors: Json[] = [];
  for (const input of inputs) {
    const id = textOf(input["id"]) ?? "";
    const start = Number(input["after"] ?? 0) || 0;
    const all = [...(call.state.associations.get(`${sides.from.type.name}:${id}:${sides.to.type.name}`) ?? [])];
    if (all.length === 0) {
      const none = fault(
        404,
        "OBJECT_NOT_FOUND",
        `No ${sides.to.type.singular.toLowerCase()} is associated with ${sides.from.type.singular.toLowerCase()} ${id}.`,
        {
          subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
          context: { fromObjectId: [id], fromObjectType: [sides.from.type.id], toObjectType: [sides.to.type.id] },
        },
      );
      errors.push(entry(none, []));
      continue;
    }
    const to = all
      .slice(start, start + pageSize)
      .map(([toObjectId, types]) => ({ toObjectId, associationTypes: shownTypes(call.state, sides, types) }));
    const next = start + pageSize < all.length ? { paging: { next: { after: String(start + pageSize) } } } : {};
    results.push({ from: { id }, to, ...next });
  }
  return several({ status: 200, results, errors, now: call.now });
}

function shownTypes(state: State, sides: Sides, ids: ReadonlySet<number>): Json {
  const types = typesOf(state, sides.from.type.name, sides.to.type.name).filter((type) => ids.has(codeOf(type)));
  return types.map(({ category, typeId, label }) => ({ category, typeId, label }));
}

function create(
  call: Call,
  sides: Sides,
  inputs: readonly Fields[],
  operation: "create" | "associate/default",
): SandboxResponse {
  const { state } = call;
  const known = typesOf(state, sides.from.type.name, sides.to.type.name);
  const plain = known[0] as Type;
  const results: Json[] = [];
  const errors: Json[] = [];
  for (const input of inputs) {
    const pair = { ...sides, fromId: idIn(input["from"]), toId: idIn(input["to"]) };
    const wanted = operation === "create" ? listOf(input["types"]).map((type) => find(known, type)) : [plain];
    const wrong =
      missing(pair) ??
      (wanted.length === 0 || wanted.includes(undefined)
        ? fault(400, "VALIDATION_ERROR", "One or more association types do not exist between these objects", {
            context: { fromObjectId: [pair.fromId], toObjectId: [pair.toId] },
          })
        : undefined);
    if (wrong) {
      errors.push(entry(wrong, []));
      continue;
    }
    for (const type of [plain, ...wanted]) if (type) link(state, pair, type);
    const labelled = wanted.flatMap((type) => type?.label ?? []);
    if (operation === "create") {
      results.push({
        fromObjectTypeId: sides.from.type.id,
        fromObjectId: pair.fromId,
        toObjectTypeId: sides.to.type.id,
        toObjectId: pair.toId,
        labels: labelled,
      });
    } else {
      const spec = (typeId: number): Json => ({ associationCategory: plain.category, associationTypeId: typeId });
      results.push({ from: { id: pair.fromId }, to: { id: pair.toId }, associationSpec: spec(plain.typeId) });
      results.push({ from: { id: pair.toId }, to: { id: pair.fromId }, associationSpec: spec(plain.inverse) });
    }
  }
  return several({ status: operation === "create" ? 201 : 200, results, errors, now: call.now });
}

function find(known: readonly Type[], given: Fields): Type | undefined {
  return known.find(
    (type) => type.category === given["associationCategory"] && type.typeId === Number(given["associationTypeId"]),
  );
}

function idIn(side: unknown): string {
  return textOf(fieldsOf(side)["id"]) ?? "";
}

function missing(pair: Pair): Fault | undefined {
  const wrong = !pair.from.find(pair.fromId)
    ? ([pair.from, pair.fromId, "fromObjectId"] as const)
    : !pair.to.find(pair.toId)
      ? ([pair.to, pair.toId, "toObjectId"] as const)
      : undefined;
  if (!wrong) return undefined;
  const [table, id] = wrong;
  return fault(404, "VALIDATION_ERROR", `${table.caption}=${id} is not valid`, {
    subCategory: "crm.associations.INVALID_OBJECT_IDS",
    context: { fromObjectId: [pair.fromId], toObjectId: [pair.toId] },
  });
}

function link(state: State, pair: Pair, type: Type): void {
  const [from, to] = [pair.from.type.name, pair.to.type.name];
  add(linksOf(state, { from, id: pair.fromId, to }), pair.toId, codeOf(type));
  add(linksOf(state, { from: to, id: pair.toId, to: from }), pair.fromId, codeOf({ ...type, typeId: type.inverse }));
}

function add(links: Map<string, Set<number>>, id: string, code: number): void {
  const types = links.get(id) ?? new Set<number>();
  links.set(id, types.add(code));
}

/** Without labels the pair is taken apart; with them only those go. What is not there is no error. */
function archive(
  call: Call,
  sides: Sides,
  inputs: readonly Fields[],
  operation: "archive" | "labels/archive",
): SandboxResponse {
  const { state } = call;
  const [from, to] = [sides.from.type.name, sides.to.type.name];
  const known = typesOf(state, from, to);
  for (const input of inputs) {
    const fromId = idIn(input["from"]);
    const targets = Array.isArray(input["to"]) ? input["to"] : [input["to"]];
    for (const toId of targets.map(idIn)) {
      const there = state.associations.get(`${from}:${fromId}:${to}`);
      const back = state.associations.get(`${to}:${toId}:${from}`);
      if (operation === "archive") {
        there?.delete(toId);
        back?.delete(fromId);
      } else {
        for (const type of listOf(input["types"]).map((given) => find(known, given))) {
          if (!type) continue;
          there?.get(toId)?.delete(codeOf(type));
          back?.get(fromId)?.delete(codeOf({ ...type, typeId: type.inverse }));
        }
      }
    }
  }
  return { status: 204 };
}

/** GET, PUT and DELETE /crm/v4/objects/{from}/{id}/associations/… */
export function single(
  call: Call,
  sides: Sides,
  ids: { readonly fromId: string; readonly toId: string | undefined; readonly plain: boolean },
): SandboxResponse {
  const { fromId, toId } = ids;
  if (toId === undefined) {
    if (call.method !== "GET") return call.wrongMethod();
    const links =
      call.state.associations.get(`${sides.from.type.name}:${fromId}:${sides.to.type.name}`) ??
      new Map<string, Set<number>>();
    return {
      status: 200,
      body: {
        results: [...links].map(([id, types]) => ({
          toObjectId: id,
          associationTypes: shownTypes(call.state, sides, types),
        })),
      },
    };
  }
  const pair = { ...sides, fromId, toId };
  if (call.method === "DELETE") return archive(call, sides, [{ from: { id: fromId }, to: [{ id: toId }] }], "archive");
  if (call.method !== "PUT") return call.wrongMethod();
  const wrong = missing(pair);
  if (wrong) return call.refuse(wrong);
  const known = typesOf(call.state, sides.from.type.name, sides.to.type.name);
  const wanted = ids.plain ? [known[0]] : listOf(call.json).map((type) => find(known, type));
  if (wanted.includes(undefined))
    return call.refuse(
      fault(400, "VALIDATION_ERROR", "One or more association types do not exist between these objects"),
    );
  for (const type of [known[0], ...wanted]) if (type) link(call.state, pair, type);
  return {
    status: ids.plain ? 200 : 201,
    body: {
      fromObjectTypeId: sides.from.type.id,
      fromObjectId: fromId,
      toObjectTypeId: sides.to.type.id,
      toObjectId: toId,
      labels: wanted.flatMap((type) => type?.label ?? []),
    },
  };
}
