/** What HubSpot's answers mean: for the engine (classify), for people (refusal), for the limiter (readings). */
import { type BucketReading, type HttpRequest, type HttpResponse, type Verdict } from "../destination";
import { bucket, fieldsOf, type Fields, listOf, textOf, texts, wordsOf } from "./api";

/** Locked record (423), migration in progress (477, with Retry-After), time-outs, and the proxies in front of HubSpot. */
const transient = new Set([408, 423, 425, 477]);

/**
 * - A refusal of a request with at most one change is an answer: the conversation turns it into that change's outcome
 *   (an insert of what exists is skipped, a removal of what is gone is applied).
 * - A missing scope is the token's fault, not a record's: a new token is tried once, then the run stops.
 * - A daily limit is throttled like any other: the engine waits as the headers say, and gives up by its own rule.
 */
export function classify(request: HttpRequest, response: HttpResponse): Verdict {
  const { status } = response;
  const category = textOf(fieldsOf(response.json)["category"]);
  if (status === 429 || (status >= 400 && category === "RATE_LIMITS")) return "throttled";
  if (status === 401) return "expired";
  if (status >= 500 || transient.has(status)) return "transient";
  // A proxy's page with status 200 is no answer of HubSpot's.
  if (status >= 200 && status < 300) return status === 204 || response.json !== undefined ? "answer" : "transient";
  if (status < 400) return "refused";
  // Describing goes on without the objects that the token may not see; a list's or label's refusal stops the run.
  if (request.method === "GET" && definitions.test(request.path)) return "answer";
  if (status === 403) return category === "MISSING_SCOPES" ? "expired" : "refused";
  return request.effect === "write" && (request.changes?.length ?? 0) <= 1 ? "answer" : "refused";
}

const definitions = /^\/crm(-object-schemas|\/properties|\/lists|\/associations)\//;

export interface Refusal {
  readonly code: string;
  /** HubSpot's own sentence. */
  readonly reason: string;
  readonly field?: string;
}

/** Why HubSpot refused a whole request. */
export function refusal(response: HttpResponse): Refusal {
  const body = fieldsOf(response.json);
  if (wordsOf(body["message"]) === undefined) {
    const description = wordsOf(body["error_description"]);
    return {
      code: wordsOf(body["error"]) ?? `HTTP_${response.status}`,
      reason: description ?? `HubSpot answered with status ${response.status} and no explanation.`,
    };
  }
  return refusalOf(body, `HTTP_${response.status}`);
}

/**
 * The reason inside one error. Property errors come as JSON within the message: "Property values were not valid:
 * [{"isValid":false,"message":…,"error":"INVALID_EMAIL","name":"email"}]"; newer answers have them in `errors` too.
 */
export function refusalOf(error: Fields, fallbackCode = "REFUSED"): Refusal {
  const message = wordsOf(error["message"]) ?? "HubSpot refused the record and gave no reason.";
  // `status` is the word "error" mostly, and the category in answers of the token endpoint.
  const category = [error["category"], error["status"]]
    .map(wordsOf)
    .find((word) => word !== undefined && word !== "error");
  const inner = embedded(message) ?? detail(error);
  if (inner) return { ...inner, code: inner.code ?? category ?? fallbackCode, reason: inner.reason ?? message };
  const context = fieldsOf(error["context"]);
  const field = texts(context["propertyName"] ?? context["properties"])[0];
  return { code: category ?? fallbackCode, reason: message, ...(field !== undefined && { field }) };
}

interface Inner {
  readonly code?: string;
  readonly reason?: string;
  readonly field?: string;
}

/** Of several invalid properties the first names the field and the reason tells all. */
function embedded(message: string): Inner | undefined {
  const start = message.indexOf("[{");
  if (start < 0) return undefined;
  let list: readonly Fields[];
  try {
    list = listOf(JSON.parse(message.slice(start, message.lastIndexOf("]") + 1)));
  } catch {
    return undefined;
  }
  const invalid = list.filter((entry) => entry["isValid"] !== true);
  const first = invalid[0];
  if (!first) return undefined;
  const reasons = invalid
    .map((entry) => wordsOf(entry["message"]) ?? wordsOf(entry["localizedErrorMessage"]))
    .filter(Boolean);
  return inner({ code: first["error"], reason: [...new Set(reasons)].join("; ") || undefined, field: first["name"] });
}

/** `errors: [{ message, code, context: { propertyName: ["email"] } }]` of the newer answers. */
function detail(error: Fields): Inner | undefined {
  const first = listOf(error["errors"])[0];
  if (!first || wordsOf(first["message"]) === undefined) return undefined;
  const context = fieldsOf(first["context"]);
  const [name] = texts(context["propertyName"] ?? context["properties"]);
  return inner({ code: first["code"] ?? first["error"], reason: first["message"], field: first["name"] ?? name });
}

function inner(parts: { readonly code?: unknown; readonly reason?: unknown; readonly field?: unknown }): Inner {
  const [code, reason, field] = [wordsOf(parts.code), wordsOf(parts.reason), wordsOf(parts.field)];
  return {
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    ...(field !== undefined && { field }),
  };
}

/** X-HubSpot-RateLimit-*: search answers carry only the daily pair, which no bucket stands for. */
export function readings(request: HttpRequest, response: HttpResponse): readonly BucketReading[] {
  if (!request.limits.includes(bucket.requests)) return [];
  const max = whole(response, "x-hubspot-ratelimit-max");
  const perMs = whole(response, "x-hubspot-ratelimit-interval-milliseconds");
  const remaining = whole(response, "x-hubspot-ratelimit-remaining");
  if (max === undefined && perMs === undefined && remaining === undefined) return [];
  return [
    {
      name: bucket.requests,
      ...(max !== undefined && { requests: max }),
      ...(perMs !== undefined && { perMs }),
      ...(remaining !== undefined && { remaining }),
    },
  ];
}

function whole(response: HttpResponse, header: string): number | undefined {
  const text = response.headers[header];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
