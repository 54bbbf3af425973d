/**
 * A simulator of HubSpot's CRM: what it takes, what it refuses and in which words. It serves the date-versioned paths
 * and the v3 and v4 ones of the official client alike.
 */
import { type Sandbox, type SandboxRequest, type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { batch as associationBatch, labels, type Sides, single as association } from "./sandbox-associations";
import { type Call, callOf } from "./sandbox-call";
import { fault, type Fault, notFound, refused } from "./sandbox-errors";
import { correlationOf, expired, jsonOf, RateGate, token, unauthorized } from "./sandbox-gate";
import { lists } from "./sandbox-lists";
import { batch, gdprDelete, single } from "./sandbox-objects";
import { noSuchObject, properties, schemas } from "./sandbox-schema";
import { search } from "./sandbox-search";
import { dumpOf, type State, stateOf, tableOf } from "./sandbox-state";
import { type Table } from "./sandbox-table";

export function sandbox(seed?: Json): Sandbox {
  const state = stateOf(seed);
  const gate = new RateGate(state.limits);
  return {
    handle: (request, now) => handle(state, gate, request, now),
    dump: () => dumpOf(state),
    fault: (kind, now) => {
      state.requests++;
      const correlationId = correlationOf(state);
      switch (kind) {
        case "throttled":
          return gate.over("TEN_SECONDLY_ROLLING", "other");
        case "unavailable":
          return refused(
            fault(503, "SERVICE_UNAVAILABLE", "The service is unavailable. Try again in a moment."),
            correlationId,
          );
        case "error":
          return refused(fault(500, "INTERNAL_ERROR", "internal error"), correlationId);
        case "expired":
          return refused(expired(now), correlationId);
      }
    },
  };
}

function handle(state: State, gate: RateGate, request: SandboxRequest, now: number): SandboxResponse {
  state.requests++;
  const correlationId = correlationOf(state);
  const path = request.path.replace(/\/+$/, "");
  if (path === "/oauth/v1/token") return token(state, request.body, now);
  const locked = unauthorized(state, request.headers["authorization"], now);
  if (locked) return refused(locked, correlationId);
  const kind = path.endsWith("/search") ? "search" : "other";
  const over = gate.admit(kind, now);
  if (over) return over;
  const body = jsonOf(request.body);
  const response =
    "status" in body
      ? refused(body, correlationId)
      : route(
          callOf({ state, method: request.method, query: request.query, json: body.json, now, correlationId }),
          path,
        );
  return { ...response, headers: { ...gate.headers(kind), ...response.headers } };
}

const version = "(?:v[34]|\\d{4}-\\d\\d(?:-beta)?)";

/** Both ways of writing a path: /crm/objects/2026-03/… and /crm/v3/objects/… */
function area(name: string): RegExp {
  return new RegExp(`^/crm/(?:${name}/${version}|${version}/${name})(?:/(.*))?$`);
}

const areas: readonly (readonly [RegExp, (call: Call, rest: readonly string[]) => SandboxResponse])[] = [
  [new RegExp(`^/account-info/${version}/(details)$`), account],
  [area("objects"), objects],
  [area("properties"), withTable((call, table, [name]) => properties(call, table, name))],
  [area("associations"), associations],
  [area("lists"), lists],
  [new RegExp(`^/crm-object-schemas/${version}/schemas(?:/(.*))?$`), schemaArea],
  [area("schemas"), schemaArea],
];

function route(call: Call, path: string): SandboxResponse {
  for (const [pattern, answer] of areas) {
    const match = pattern.exec(path);
    if (match)
      return answer(
        call,
        (match[1] ?? "")
          .split("/")
          .filter((part) => part !== "")
          .map(decode),
      );
  }
  return call.refuse(notFound);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function account(call: Call): SandboxResponse {
  if (call.method !== "GET") return call.wrongMethod();
  return {
    status: 200,
    body: {
      portalId: call.state.portalId,
      accountType: "DEVELOPER_TEST",
      timeZone: "Etc/UTC",
      companyCurrency: "USD",
      additionalCurrencies: [],
      utcOffset: "+00:00",
      utcOffsetMilliseconds: 0,
      uiDomain: "app.hubspot.com",
      dataHostingLocation: "na1",
    },
  };
}

/** Plain names of custom objects are not known: HubSpot ended that in June 2025. */
function withTable(answer: (call: Call, table: Table, rest: readonly string[]) => SandboxResponse) {
  return (call: Call, [name = "", ...rest]: readonly string[]): SandboxResponse => {
    const table = tableOf(call.state, name);
    return table ? answer(call, table, rest) : call.refuse(noSuchObject(name));
  };
}

function objects(call: Call, parts: readonly string[]): SandboxResponse {
  const [name = "", first, second, third, fourth] = parts;
  const table = tableOf(call.state, name);
  if (!table) return call.refuse(noSuchObject(name));
  if (second === "associations") {
    const plain = third === "default";
    const to = tableOf(call.state, (plain ? fourth : third) ?? "");
    if (!to) return call.refuse(noSuchObject(third ?? ""));
    return association(call, { from: table, to }, { fromId: first ?? "", toId: plain ? parts[5] : fourth, plain });
  }
  const post = call.method === "POST";
  if (first === "batch" && second !== undefined) {
    if (!["create", "update", "upsert", "read", "archive"].includes(second)) return call.refuse(notFound);
    return post ? batch(call, table, second) : call.wrongMethod();
  }
  if (first === "search") return post ? search(call, table) : call.wrongMethod();
  if (first === "gdpr-delete" && table.type.name === "contacts")
    return post ? gdprDelete(call, table) : call.wrongMethod();
  return single(call, table, first);
}

function associations(call: Call, parts: readonly string[]): SandboxResponse {
  const [from = "", to = "", ...rest] = parts;
  const sides: Partial<Sides> = { ...entryOf(call.state, "from", from), ...entryOf(call.state, "to", to) };
  if (!sides.from || !sides.to) return call.refuse(noSuchObject(sides.from ? to : from));
  const both: Sides = { from: sides.from, to: sides.to };
  if (rest[0] === "labels") return labels(call, both);
  if (rest[0] !== "batch") return call.refuse(notFound);
  return call.method === "POST" ? associationBatch(call, both, rest.slice(1).join("/")) : call.wrongMethod();
}

function entryOf(state: State, side: "from" | "to", name: string): Partial<Sides> {
  const table = tableOf(state, name);
  return table ? { [side]: table } : {};
}

function schemaArea(call: Call, [name]: readonly string[]): SandboxResponse {
  const table = name === undefined ? undefined : tableOf(call.state, name);
  const unknown: Fault | undefined =
    name !== undefined && !table ? fault(404, "OBJECT_NOT_FOUND", `No schema exists for ${name}`) : undefined;
  return unknown ? call.refuse(unknown) : schemas(call, table);
}
