/** What PostgreSQL's errors mean, by SQLSTATE (PostgreSQL documentation, appendix A). */
import { type DatabaseFailure, type DatabaseVerdict } from "../database";

export function judge(failure: DatabaseFailure): DatabaseVerdict {
  const { code, routine } = failure;
  const verdict = exact[code] ?? ofClass[code.slice(0, 2)];
  // A row that a policy keeps out has the code of a missing right.
  if (code === "42501" && routine === "ExecWithCheckOptions") return refusal(failure);
  if (verdict === undefined) return refusal(failure);
  return verdict;
}

/** Data and constraints, what a trigger raises, and codes that are nobody's: the row's fault. */
export function refusal(failure: DatabaseFailure): DatabaseVerdict & { readonly verdict: "refused" } {
  const { code, message, detail } = failure;
  const field = fieldIn(failure);
  return {
    verdict: "refused",
    code: names[code] ?? `sqlstate-${code.toLowerCase()}`,
    reason: detail === undefined ? message : `${message}. ${detail}`,
    ...(field === undefined ? {} : { field }),
  };
}

/** The column, where the server names one: apart, in the key of a constraint, or in the place of a load. */
function fieldIn({ column, detail, where }: DatabaseFailure): string | undefined {
  if (column !== undefined) return column;
  const [, key] = /\((?:"?)([^()",]+)(?:"?)\)=\(/.exec(detail ?? "") ?? [];
  if (key !== undefined) return key;
  const [, loaded] = /^COPY [^,]+, [^,]+ \d+, \S+ ([^:]+)/.exec(where ?? "") ?? [];
  return loaded?.replace(/^"(.*)"$/, "$1");
}

const names: Readonly<Record<string, string>> = {
  "22001": "too-long",
  "22003": "out-of-range",
  "22007": "bad-date",
  "22008": "out-of-range",
  "22021": "bad-character",
  "22P02": "bad-value",
  "23502": "not-null",
  "23503": "foreign-key",
  "23505": "not-unique",
  "23514": "check-failed",
  "23P01": "excluded",
  "42501": "row-security",
  "44000": "outside-view",
  P0001: "raised",
};

const transient: DatabaseVerdict = { verdict: "transient" };
const stopped = (code: string, hint: string): DatabaseVerdict => ({ verdict: "stopped", code, hint });
const changed = stopped("schema-changed", "Run `sluice describe` and look at the sync: the table is not what it was.");
const rights = stopped("missing-rights", "Grant the connection's role what the sync needs, or use another role.");
const login = stopped("unauthorized", "Check the connection's user, password and database.");
const full = stopped("server-full", "Make room at the server, then run again; what was sent until now is kept.");
const broken = stopped("server-error", "Look at the server's log, then run again; what was sent until now is kept.");

const exact: Readonly<Record<string, DatabaseVerdict>> = {
  "25006": stopped("read-only", "The server takes no writes: name the primary, not a replica."),
  "40001": transient,
  "40P01": transient,
  "42501": rights,
  "42P10": stopped("no-unique-index", "Give the match column a unique index, then run `sluice describe`."),
  "53100": full,
  "53200": transient,
  "53300": transient,
  "55P03": transient,
  "57014": transient,
  "57P01": transient,
  "57P02": transient,
  "57P03": transient,
  "57P05": transient,
};

/** Classes of errors that no row is at fault for; of some codes see `exact`. */
const ofClass: Readonly<Record<string, DatabaseVerdict>> = {
  "08": transient,
  "0A": stopped("not-supported", "The server does not offer what the sync needs here; see the connector's page."),
  "25": transient,
  "28": login,
  "2D": transient,
  "3D": login,
  "3F": changed,
  "40": transient,
  "42": changed,
  "53": full,
  "55": transient,
  "57": transient,
  "58": broken,
  F0: broken,
  XX: broken,
};

export const notOfRows: readonly string[] = Object.keys(ofClass);
