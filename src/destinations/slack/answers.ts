/** What Slack's answers mean. The status is 200 whatever happened: the body's `ok` and `error` tell. A webhook answers in plain text. */
import { type HttpRequest, type HttpResponse, type Verdict } from "../destination";
import { fieldsOf, listOf, method, textOf, webhookPath } from "./api";
import { sentences } from "./errors";

/** Nothing was done: Slack asks to come again later. `request_timeout` says that the body never arrived whole. */
const later = new Set(["ratelimited", "rate_limited", "request_timeout"]);
/** The token's or the workspace's fault, never a record's: a new token is tried once, then the run stops. */
const fatal = new Set([
  ...["not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"],
  ...[
    "missing_scope",
    "no_permission",
    "access_denied",
    "ekm_access_denied",
    "org_login_required",
    "two_factor_setup_required",
  ],
  ...[
    "team_access_not_granted",
    "enterprise_is_restricted",
    "accesslimited",
    "team_added_to_org",
    "deprecated_endpoint",
    "method_deprecated",
  ],
]);
/** "It's possible some aspect of the operation succeeded before the error": of a message nobody can tell. */
const broken = new Set(["fatal_error", "internal_error", "service_unavailable"]);
/** A webhook has one channel and one workspace: what is wrong with them would come for every record. */
const fatalToWebhook = new Set([
  ...["invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "team_disabled", "user_not_found"],
  ...["channel_not_found", "channel_is_archived", "action_prohibited", "posting_to_general_channel_denied"],
]);

export function classify(request: HttpRequest, response: HttpResponse): Verdict {
  const { status } = response;
  if (status === 429) return "throttled";
  if (status === 401) return "expired";
  if (status >= 500 || status === 408 || status === 425) return "transient";
  if (request.path === webhookPath) return ofWebhook(response);
  const body = fieldsOf(response.json);
  if (body["ok"] === true) return "answer";
  const error = textOf(body["error"]) ?? "";
  if (later.has(error)) return "throttled";
  if (broken.has(error)) return "transient";
  // Channels are there to choose from: a token that may not list them may still post.
  if (fatal.has(error)) return error === "missing_scope" && request.path === listing ? "answer" : "expired";
  // A page with status 200 that is none of Slack's: some proxy answered, and the message may have gone through.
  if (status < 300 && body["ok"] !== false) return "transient";
  if (error === "users_not_found" && request.effect === "read") return "answer";
  return request.effect === "write" ? "answer" : "refused";
}

const listing = method("conversations.list");

function ofWebhook({ status, text }: HttpResponse): Verdict {
  if (status < 300) return text.trim() === "ok" ? "answer" : "transient";
  return fatalToWebhook.has(text.trim()) ? "expired" : "answer";
}

/** Did the answer say that the message is there? */
export function isAccepted(path: string, { status, text, json }: HttpResponse): boolean {
  if (status >= 300) return false;
  return path === webhookPath ? text.trim() === "ok" : fieldsOf(json)["ok"] === true;
}

/** An answer that leaves open whether the message is there. */
export function isUnclear(request: HttpRequest, response: HttpResponse): boolean {
  return !isAccepted(request.path, response) && classify(request, response) === "transient";
}

export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly field?: string;
}

/** Slack's word for it, what that word means, and what Slack says of the place. */
export function refusal(response: HttpResponse): Refusal {
  const body = fieldsOf(response.json);
  const word = textOf(body["error"]) ?? plainWord(response.text);
  if (word === undefined) {
    return {
      code: `HTTP_${response.status}`,
      reason: `Slack answered with status ${response.status} and no explanation.`,
    };
  }
  const known = sentences[word];
  const details = [...messages(body), ...scopes(body)];
  const reason = [known?.reason ?? `Slack refused the message: ${word}.`, ...details].join(" ");
  return { code: word, reason, ...(known?.field === undefined ? {} : { field: known.field }) };
}

/** What is wrong with blocks, and where: "must be more than 0 characters [json-pointer:/blocks/0/text]". */
function messages(body: ReturnType<typeof fieldsOf>): readonly string[] {
  const metadata = fieldsOf(body["response_metadata"]);
  const listed = [metadata["messages"], body["errors"]].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  const said = listed
    .map((one) => textOf(one) ?? textOf(listOf([one])[0]?.["message"]))
    .filter((one) => one !== undefined);
  return [...new Set(said.map((one) => one.replace(/^\[ERROR\]\s*/, "")))].slice(0, 5).map((one) => `${one}.`);
}

function scopes(body: ReturnType<typeof fieldsOf>): readonly string[] {
  const needed = textOf(body["needed"]);
  return needed === undefined ? [] : [`It needs ${needed}.`];
}

/** A webhook's error is one word; a page of a proxy is not. */
function plainWord(text: string): string | undefined {
  const word = text.trim();
  return /^[a-z][a-z0-9_]{1,60}$/i.test(word) ? word : undefined;
}
