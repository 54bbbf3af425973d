/** What an alert says of a run. Without being asked for it holds nothing that a record may hold: numbers, fields and codes only. */
import { type AlertEvent, type AlertMessage } from "../destinations/alerting";
import { type RejectionGroup, type RunReport } from "./report";

/** How a run ended: with a report, or before there was one. */
export type RunEnd =
  | { readonly report: RunReport }
  | {
      readonly sync: string;
      readonly target: string;
      readonly failure: { readonly code: string; readonly message: string; readonly hint: string };
    };

/** undefined: nobody is told of it, as someone cancelled it. */
export function eventOf(end: RunEnd): AlertEvent | undefined {
  if (!("report" in end)) return "failed";
  const { status } = end.report;
  return status === "cancelled" ? undefined : status === "stopped" ? "failed" : status;
}

/** `values`: also what may repeat records' values. */
export function alertText(
  end: RunEnd,
  { values }: { readonly values: boolean },
): Pick<AlertMessage, "title" | "lines"> {
  return "report" in end ? ofReport(end.report, values) : ofFailure(end, values);
}

function ofFailure(
  { sync, target, failure }: Exclude<RunEnd, { readonly report: RunReport }>,
  values: boolean,
): Pick<AlertMessage, "title" | "lines"> {
  return { title: `${named(sync, target)} could not run`, lines: [why(failure, values)] };
}

function ofReport(report: RunReport, values: boolean): Pick<AlertMessage, "title" | "lines"> {
  const { sync, target, status, counts, failure, id } = report;
  const ends: Readonly<Record<RunReport["status"], string>> = {
    succeeded: "succeeded",
    rejected: counts.rejected > 0 ? `${records(counts.rejected)} rejected` : `${records(counts.inDoubt)} in doubt`,
    guarded: "stopped by a guard",
    stopped: "stopped",
    cancelled: "was cancelled",
  };
  const groups = report.groups.slice(0, shownGroups);
  const more = report.groups.length - groups.length;
  return {
    title: `${named(sync, target)}: ${ends[status]}`,
    lines: [
      ...(failure === undefined ? [] : [why(failure, values || status === "guarded")]),
      numbers(report),
      ...groups.map((group) => groupLine(group, values)),
      ...(more > 0 ? [`… and ${more} more reasons`] : []),
      ...(counts.inDoubt > 0 ? [`Look there, then: sluice retry ${id} --in-doubt applied or resend`] : []),
      `sluice show ${id}`,
    ],
  };
}

const shownGroups = 5;

/** A guard's sentence has numbers only; that of a failure may repeat what a warehouse or a destination said. */
function why({ code, message, hint }: NonNullable<RunReport["failure"]>, values: boolean): string {
  return `${values ? message : `Code: ${code}.`} ${hint}`;
}

function numbers({ counts }: RunReport): string {
  const all = [
    [counts.created, "created"],
    [counts.updated, "updated"],
    [counts.deleted, "removed"],
    [counts.rejected, "rejected"],
    [counts.inDoubt, "in doubt"],
    [counts.skipped, "skipped"],
    [counts.held, "held"],
  ] as const;
  const some = all.filter(([number]) => number > 0).map(([number, word]) => `${number.toLocaleString("en")} ${word}`);
  return some.length === 0 ? "Nothing to send." : some.join(", ");
}

function groupLine({ count, stage, field, code, reason, examples }: RejectionGroup, values: boolean): string {
  const where = field === undefined ? stage : `${stage} · ${field}`;
  if (!values) return `• ${count.toLocaleString("en")} × ${where}: ${code}`;
  const keys = examples.map(({ key }) => (typeof key === "string" ? key : JSON.stringify(key))).join(", ");
  return `• ${count.toLocaleString("en")} × ${where}: ${reason} (${keys}${count > examples.length ? ", …" : ""})`;
}

function named(sync: string, target: string): string {
  return target === "default" ? sync : `${sync} on ${target}`;
}

function records(number: number): string {
  return number === 1 ? "1 record" : `${number.toLocaleString("en")} records`;
}
