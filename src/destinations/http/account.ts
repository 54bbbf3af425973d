/** Credentials of an endpoint, and which account they are for. */
import { SyncFailure } from "../../failure";
import { type Config, type Conversation, type Credentials } from "../destination";
import { answered } from "./judge";
import { connection } from "./options";

/** Headers from `headers` and `auth`. Asks nothing. */
export function* authorize(config: Config): Conversation<Credentials> {
  const own = connection.shape.headers.safeParse(config.headers).data ?? {};
  const auth = connection.shape.auth.safeParse(config.auth).data;
  const headers = { ...own, ...(auth === undefined ? {} : { Authorization: authorization(auth) }) };
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new SyncFailure(
        "header-unusable",
        "A header of the HTTP connection has a name or a value that HTTP does not allow.",
        "Look for line breaks and unusual characters in `headers`, `auth` and the secrets they name.",
      );
    }
  }
  return { headers };
}

/** The account of a plain endpoint is its host. With `probe_path` the credentials are tried there. */
export function* probe(config: Config): Conversation<{ readonly account: string; readonly label: string }> {
  const host =
    typeof config.base_url === "string" && URL.canParse(config.base_url) ? new URL(config.base_url).host : "";
  if (typeof config.probe_path === "string") {
    const answer = answered(
      yield {
        step: "request",
        method: "GET",
        path: config.probe_path,
        effect: "read",
        repeatable: true,
        limits: config.rate_limit === undefined ? [] : ["requests"],
      },
    );
    if (answer.status >= 400) throw probeFailed(answer.status);
  }
  return { account: host, label: host === "" ? "HTTP endpoint" : host };
}

function authorization(auth: { bearer: string } | { user: string; password: string }): string {
  if ("bearer" in auth) return `Bearer ${auth.bearer}`;
  return `Basic ${Buffer.from(`${auth.user}:${auth.password}`, "utf8").toString("base64")}`;
}

function probeFailed(status: number): SyncFailure {
  if (status === 401 || status === 403) {
    return new SyncFailure(
      "not-authorized",
      `The endpoint answered ${status}: it does not accept the credentials.`,
      "Check `auth` and `headers` of the connection in sluice.yaml and the secrets they name.",
    );
  }
  return new SyncFailure(
    "probe-failed",
    `The endpoint answered ${status} to the probe.`,
    "Check base_url and probe_path of the connection in sluice.yaml.",
  );
}
