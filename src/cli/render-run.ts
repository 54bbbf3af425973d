/** A run as text: what happened to how many, and what was refused for which reason. */
import { type DoubtfulRun, type HeldCounts } from "../plan/plan";
import { type RejectionGroup, type RunReport } from "../run/report";
import { count, oneLine, type Paint, plural, table } from "./paint";

/** `doubts`: what is still in doubt; default: what the run left, and what it found. */
export function renderRun(
  report: RunReport,
  paint: Paint,
  doubts: readonly DoubtfulRun[] = [...own(report), ...(report.doubts ?? [])],
): string {
  const { counts } = report;
  const written = [
    counts.created > 0 ? paint("green", `${count(counts.created)} created`) : "",
    counts.updated > 0 ? paint("yellow", `${count(counts.updated)} updated`) : "",
    counts.deleted > 0 ? paint("red", `${count(counts.deleted)} removed`) : "",
    `${count(counts.unchanged)} unchanged`,
    counts.skipped > 0 ? `${count(counts.skipped)} skipped` : "",
    counts.held > 0 ? heldText(counts.held, report.held) : "",
    counts.rejected > 0 ? paint("red", `${count(counts.rejected)} rejected`) : "0 rejected",
    counts.inDoubt > 0 ? paint("red", `${count(counts.inDoubt)} in doubt`) : "",
    // Of a run that ended in the middle nobody counted them.
    report.failure?.code === "interrupted" ? "" : plural(counts.requests, "request"),
    counts.retries > 0 ? `${count(counts.retries)} retries` : "",
  ].filter((part) => part !== "");
  const lines = [
    `${mark(report, paint)} ${paint("bold", report.sync)}  ${written.join("  ")}`,
    ...report.groups.flatMap((group) => groupLines(group, paint)),
    ...(report.failure === undefined ? [] : [`  ${paint("red", report.failure.message)} ${report.failure.hint}`]),
    ...verificationLines(report, paint),
    ...alertLines(report, paint),
    paint("dim", `  run ${report.id} · ${duration(report)} · target ${report.target}`),
  ];
  if (counts.rejected > 0 && report.revertOf !== undefined)
    lines.push(paint("dim", `  Left as they are, of the run ${report.revertOf}: sluice show ${report.id}`));
  else if (counts.rejected > 0 && report.status !== "guarded")
    lines.push(paint("dim", `  Look: sluice show ${report.id}   Send again once mended: sluice retry ${report.id}`));
  for (const doubt of doubts) lines.push(...doubtLines(doubt, paint));
  return lines.join("\n");
}

function verificationLines({ verification }: RunReport, paint: Paint): readonly string[] {
  if (verification === undefined) return [];
  const { verified, mismatched, unverifiable, why } = verification;
  const said = [
    paint("green", `${count(verified)} as written`),
    mismatched > 0 ? paint("red", `${count(mismatched)} not as written`) : "",
    unverifiable > 0 ? paint("yellow", `${count(unverifiable)} not verified`) : "",
  ].filter((part) => part !== "");
  return [`  Read back: ${said.join("  ")}${why === undefined ? "" : `  ${why}`}`];
}

/** That people were told is no news; that they were not is. */
function alertLines({ alerts = [] }: RunReport, paint: Paint): readonly string[] {
  return alerts
    .filter(({ status }) => status === "failed")
    .map(({ connection, channel, message }) => {
      const place = channel === undefined ? connection : `${connection} ${channel}`;
      return `  ${paint("yellow", "!")} The alert to ${oneLine(place, 60)} was not sent: ${oneLine(message ?? "", 200)}`;
    });
}

export function renderRuns(reports: readonly RunReport[], paint: Paint): string {
  if (reports.length === 0) return "No runs yet. `sluice run <sync>` makes one.";
  const head = ["run", "sync", "target", "status", "created", "updated", "removed", "rejected", "took"].map((cell) =>
    paint("dim", cell),
  );
  const rows = reports.map((report) => [
    report.id,
    report.sync,
    report.target,
    statusText(report, paint),
    ...[report.counts.created, report.counts.updated, report.counts.deleted, report.counts.rejected].map(count),
    duration(report),
  ]);
  return table([head, ...rows], new Set([4, 5, 6, 7, 8]));
}

/** Why records were held out, where it is known. */
export function heldText(held: number, why: HeldCounts | undefined): string {
  const parts = [
    [why?.inDoubt ?? 0, "in doubt"],
    [why?.reverted ?? 0, "reverted"],
    [why?.waiting ?? 0, "skipped before"],
  ] as const;
  const known = parts.flatMap(([records, reason]) => (records > 0 ? [`${count(records)} ${reason}`] : []));
  return `${count(held)} held${known.length > 0 ? ` (${known.join(", ")})` : ""}`;
}

function own({ id, counts }: RunReport): readonly DoubtfulRun[] {
  return counts.inDoubt > 0 ? [{ run: id, records: counts.inDoubt }] : [];
}

function doubtLines({ run, records }: DoubtfulRun, paint: Paint): readonly string[] {
  const [are, them] = records === 1 ? ["is", "it"] : ["are", "them"];
  return [
    `  ${paint("yellow", "?")} ${plural(records, "record")} of run ${run} ${are} in doubt: nothing tells whether the destination took ${them}. No plan sends ${them} before you have looked there and said so:`,
    paint("dim", `      sluice retry ${run} --in-doubt applied   the destination has ${them} as sent`),
    paint(
      "dim",
      `      sluice retry ${run} --in-doubt resend    it has not: send today's rows (--only <keys…>: of some)`,
    ),
  ];
}

function groupLines(group: RejectionGroup, paint: Paint): readonly string[] {
  const where = [group.stage, group.field].filter((part) => part !== undefined).join(" · ");
  const keys = group.examples.map((example) => oneLine(JSON.stringify(example.key), 40)).join(", ");
  return [
    `  ${paint("red", "×")} ${where}: ${oneLine(group.reason, 160)}`,
    paint("dim", `      ${plural(group.count, "record")}: ${keys}${group.count > group.examples.length ? ", …" : ""}`),
  ];
}

function mark(report: RunReport, paint: Paint): string {
  if (report.status === "succeeded") return paint("green", "✓");
  return report.status === "rejected" ? paint("yellow", "▲") : paint("red", "×");
}

function statusText({ status }: RunReport, paint: Paint): string {
  return paint(status === "succeeded" ? "green" : status === "rejected" ? "yellow" : "red", status);
}

function duration({ startedAt, finishedAt }: RunReport): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}
