/** What stands before every request: the token, and how many requests the account may send. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { textOf } from "./api";
import { fault, type Fault } from "./sandbox-errors";
import { type State } from "./sandbox-state";

/** Access tokens that the sandbox gave out live for half an hour, as HubSpot's. */
export const tokenLife = 1_800;

/** Why the request may not be answered. Any token is good that is not listed as expired. */
export function unauthorized(state: State, authorization: string | undefined, now: number): Fault | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    return fault(
      401,
      "INVALID_AUTHENTICATION",
      "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    );
  }
  const until = state.issued.get(token);
  return state.expired.has(token) || (until !== undefined && until <= now) ? expired(until ?? now) : undefined;
}

export function expired(at: number): Fault {
  return fault(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.", {
    context: { "expire time": [new Date(at).toISOString()] },
  });
}

/** POST /oauth/v1/token, form-encoded. Refresh tokens that begin with "revoked" are refused. */
export function token(state: State, form: string, now: number): SandboxResponse {
  const fields = new URLSearchParams(form);
  const refresh = fields.get("refresh_token") ?? fields.get("code") ?? "";
  const complete = Boolean(fields.get("client_id") && fields.get("client_secret") && refresh);
  const no = (status: string, message: string): SandboxResponse => ({
    status: 400,
    body: { status, message, correlationId: correlationOf(state) },
  });
  if (!complete) return no("BAD_CLIENT_ID", "missing or unknown client id");
  if (refresh.startsWith("revoked")) return no("BAD_REFRESH_TOKEN", "missing or invalid refresh token");
  const access = `sandbox-access-${state.requests}`;
  state.issued.set(access, now + tokenLife * 1_000);
  return {
    status: 200,
    body: { token_type: "bearer", refresh_token: refresh, access_token: access, expires_in: tokenLife },
  };
}

/** The number of the request as HubSpot's kind of id, the same in every run. */
export function correlationOf(state: State): string {
  return `00000000-0000-4000-8000-${state.requests.toString(16).padStart(12, "0")}`;
}

/** Rolling windows over the last ten seconds (requests) and the last second (searches). They are not part of the stored state. */
export class RateGate {
  #recent: number[] = [];
  #searches: number[] = [];
  #day = 0;
  #today = 0;

  constructor(readonly limits: State["limits"]) {}

  /** The refusal, where the request is one too many; else it is counted. */
  admit(kind: "search" | "other", now: number): SandboxResponse | undefined {
    const day = Math.floor(now / 86_400_000);
    if (day !== this.#day) [this.#day, this.#today] = [day, 0];
    this.#recent = this.#recent.filter((at) => at > now - this.limits.perMs);
    this.#searches = this.#searches.filter((at) => at > now - 1_000);
    if (this.#today >= this.limits.daily) return this.over("DAILY", kind);
    if (kind === "search" && this.#searches.length >= this.limits.search) return this.over("SECONDLY", kind);
    if (kind === "other" && this.#recent.length >= this.limits.requests) return this.over("TEN_SECONDLY_ROLLING", kind);
    (kind === "search" ? this.#searches : this.#recent).push(now);
    this.#today++;
    return undefined;
  }

  /** Search answers have only the daily pair. */
  headers(kind: "search" | "other"): Record<string, string> {
    const daily = {
      "X-HubSpot-RateLimit-Daily": String(this.limits.daily),
      "X-HubSpot-RateLimit-Daily-Remaining": String(Math.max(0, this.limits.daily - this.#today)),
    };
    if (kind === "search") return daily;
    return {
      ...daily,
      "X-HubSpot-RateLimit-Interval-Milliseconds": String(this.limits.perMs),
      "X-HubSpot-RateLimit-Max": String(this.limits.requests),
      "X-HubSpot-RateLimit-Remaining": String(Math.max(0, this.limits.requests - this.#recent.length)),
    };
  }

  over(policyName: string, kind: "search" | "other"): SandboxResponse {
    const limit = policyName === "DAILY" ? "daily" : policyName.toLowerCase();
    const body: Json = {
      status: "error",
      message: `You have reached your ${limit} limit.`,
      errorType: "RATE_LIMIT",
      category: "RATE_LIMITS",
      policyName,
    };
    return { status: 429, headers: this.headers(kind), body };
  }
}

export function jsonOf(body: string): { readonly json: unknown } | Fault {
  if (body === "") return { json: undefined };
  try {
    return { json: JSON.parse(body) as unknown };
  } catch (error) {
    return fault(
      400,
      "VALIDATION_ERROR",
      `Invalid input JSON on line 1, column 1: ${textOf(error instanceof Error ? error.message : "") ?? ""}`,
    );
  }
}
