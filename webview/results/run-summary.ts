/** A run in one line: how it ended, what it did, what it cost. */
import { t } from "../text";
import { type RunReport } from "../../src/run/report";
import { count, requestCount, retryCount } from "../cells";
import { attributes, element } from "../dom";
import { plainText } from "../plain-text";

export function statusOf({ status, groups, failure, counts, revertOf }: RunReport): HTMLElement {
  if (status === "succeeded" && groups.length === 0 && failure === undefined)
    return element("span.ok", t("✓ Succeeded, no record was rejected"));
  if (status === "rejected" && revertOf !== undefined)
    return element("span.warn", t("Some records were left as they are"));
  if (status === "rejected" && counts.rejected === 0 && counts.inDoubt === 0)
    return element("span.warn", t("Some records are not as written"));
  return element(`span.${statusClass[status]}`, statusName(status));
}

const statusClass: Readonly<Record<RunReport["status"], string>> = {
  succeeded: "ok",
  rejected: "warn",
  guarded: "err",
  stopped: "err",
  cancelled: "warn",
};

function statusName(status: RunReport["status"]): string {
  switch (status) {
    case "succeeded":
      return t("✓ Succeeded");
    case "rejected":
      return t("Some records were rejected");
    case "guarded":
      return t("Stopped by a guard");
    case "stopped":
      return t("Stopped");
    case "cancelled":
      return t("Cancelled");
  }
}

export function countsOf({ counts, revertOf }: RunReport): readonly HTMLElement[] {
  const shown: readonly (readonly [string, number, string])[] = [
    ["ok", counts.created, t("{0} created", count(counts.created))],
    ["ok", counts.updated, t("{0} updated", count(counts.updated))],
    ["ok", counts.deleted, t("{0} removed", count(counts.deleted))],
    ["dim", counts.unchanged, t("{0} unchanged", count(counts.unchanged))],
    ["dim", counts.skipped, t("{0} skipped", count(counts.skipped))],
    ["dim", counts.held, t("{0} held", count(counts.held))],
    revertOf === undefined
      ? ["err", counts.rejected, t("{0} rejected", count(counts.rejected))]
      : ["warn", counts.rejected, t("{0} left", count(counts.rejected))],
    ["err", counts.inDoubt, t("{0} in doubt", count(counts.inDoubt))],
  ];
  return shown.filter(([, value]) => value > 0).map(([tone, , text]) => element(`span.${tone}`, text));
}

/** What was found when it was read back what the run wrote. */
export function verificationOf({ verification }: RunReport): readonly HTMLElement[] {
  if (verification === undefined) return [];
  const { at, verified, mismatched, unverifiable, why } = verification;
  const shown: readonly (readonly [string, number, string])[] = [
    ["ok", verified, t("{0} as written", count(verified))],
    ["err", mismatched, t("{0} not as written", count(mismatched))],
    ["warn", unverifiable, t("{0} not verified", count(unverifiable))],
  ];
  const title = why === undefined ? t("Read back {0}", new Date(at).toLocaleString()) : plainText(why);
  return shown
    .filter(([, value]) => value > 0)
    .map(([tone, , text]) => attributes(element(`span.${tone}`, text), { title }));
}

/** Why what was written could not be verified, where it could not. */
export function unverifiedOf({ verification }: RunReport): HTMLElement | undefined {
  if (verification?.why === undefined) return undefined;
  return attributes(element("div.notices", element("p.warn", plainText(verification.why))), { role: "status" });
}

/** Alerts that did not go out: who was to be told does not know. */
export function untoldOf({ alerts = [] }: RunReport): HTMLElement | undefined {
  const failed = alerts.filter(({ status }) => status === "failed");
  if (failed.length === 0) return undefined;
  const lines = failed.map(({ connection, channel, message }) => {
    const place = plainText(channel === undefined ? connection : `${connection} ${channel}`);
    return element("p.warn", t("The alert to {0} was not sent: {1}", place, plainText(message ?? "")));
  });
  return attributes(element("div.notices", ...lines), { role: "status" });
}

export function costOf(report: RunReport): HTMLElement {
  const { requests, retries } = report.counts;
  return element("span.dim", `${requestCount(requests)} · ${retryCount(retries)} · ${duration(report)}`);
}

export function failureOf(report: RunReport): HTMLElement | undefined {
  if (report.failure === undefined) return undefined;
  const { message, hint } = report.failure;
  return attributes(element("div.notices", element("p.err", plainText(message)), element("p", plainText(hint))), {
    role: "alert",
  });
}

function duration(report: RunReport): string {
  const ms = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  return ms < 1000 ? t("{0} ms", ms) : t("{0} s", (ms / 1000).toFixed(1));
}
