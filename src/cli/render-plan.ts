/** A plan as text: what a run would change, field by field. */
import { type GuardResult, type PlanHeader } from "../plan/plan";
import { alteredFields, type Change, type FieldChange, keyParts, type Rejection } from "../record";
import { type Value } from "../value";
import { count, oneLine, type Paint, plural } from "./paint";
import { heldText } from "./render-run";

export interface PlanView {
  readonly header: PlanHeader;
  readonly place: string;
  readonly changes: readonly Change[];
  readonly rejections: readonly Rejection[];
  /** How removed records are called: archive, delete, clear. */
  readonly removal: string;
}

const signs = { create: "+", update: "~", delete: "−" } as const;
const styles = { create: "green", update: "yellow", delete: "red" } as const;

export function renderPlan({ header, place, changes, rejections, removal }: PlanView, paint: Paint): string {
  const { counts } = header;
  const total = counts.create + counts.update + counts.delete;
  const lines = [
    `${paint("bold", header.sync)} → ${place}  ${paint("dim", `${header.mode} · target ${header.target}`)}`,
    `  ${summary(header, removal, paint)}`,
    ...changes.flatMap((change) => changeLines(change, header, removal, paint)),
    ...(changes.length < total && changes.length > 0
      ? [paint("dim", `  … ${count(total - changes.length)} more (--full lists all)`)]
      : []),
    ...rejectionLines(rejections, counts.rejected, paint),
    ...header.notices.map((notice) => `  ${paint("yellow", "!")} ${notice.message}`),
    ...header.guards.filter((guard) => guard.tripped).map((guard) => `  ${paint("red", "■")} ${guardSentence(guard)}`),
    total === 0
      ? "  Nothing to do."
      : paint("dim", `  ${estimate(header)} · digest ${header.digest.slice(0, 8)} · plan ${header.id}`),
  ];
  return lines.join("\n");
}

export function guardSentence(guard: Pick<GuardResult, "name" | "limit" | "value" | "message" | "hint">): string {
  if (guard.message !== undefined) return [guard.message, "Nothing is written.", guard.hint ?? ""].join(" ").trim();
  return `Guard ${guard.name}: ${count(guard.value)}, the limit is ${guard.limit}. Nothing is written; check the model, or raise the limit in the sync.`;
}

/** Rejections of a few reasons, largest group first, each with some keys. */
export function rejectionLines(rejections: readonly Rejection[], total: number, paint: Paint): readonly string[] {
  const groups = groupBy(rejections);
  const shown = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const lines = shown.map(([reason, records]) => {
    const keys = records.slice(0, 5).map((record) => oneLine(JSON.stringify(record.key), 40));
    const more = records.length > keys.length ? ", …" : "";
    return `  ${paint("red", "×")} ${reason}  ${paint("dim", `${plural(records.length, "record")}: ${keys.join(", ")}${more}`)}`;
  });
  const rest = total - rejections.length;
  return rest > 0 ? [...lines, paint("dim", `  … ${count(rest)} more rejected`)] : lines;
}

function groupBy(rejections: readonly Rejection[]): Map<string, Rejection[]> {
  const groups = new Map<string, Rejection[]>();
  for (const rejection of rejections) {
    const reason = reasonOf(rejection);
    groups.set(reason, [...(groups.get(reason) ?? []), rejection]);
  }
  return groups;
}

const reasonOf = (rejection: Rejection): string =>
  `${rejection.stage}${rejection.field === undefined ? "" : ` · ${rejection.field}`}: ${oneLine(rejection.reason, 160)}`;

function summary({ counts, held, readBack, revert }: PlanHeader, removal: string, paint: Paint): string {
  return [
    paint("green", `+ ${count(counts.create)} create`),
    paint("yellow", `~ ${count(counts.update)} update`),
    paint("red", `− ${count(counts.delete)} ${removal}`),
    `${count(counts.unchanged)} unchanged`,
    counts.rejected > 0
      ? paint("red", `${count(counts.rejected)} ${revert === undefined ? "rejected" : "left"}`)
      : revert === undefined
        ? "0 rejected"
        : "",
    counts.skipped > 0 ? `${count(counts.skipped)} skipped` : "",
    counts.held > 0 ? heldText(counts.held, held) : "",
    readBack > 0 ? paint("dim", `read back ${count(readBack)}`) : "",
  ]
    .filter((part) => part !== "")
    .join("  ");
}

function changeLines(change: Change, header: PlanHeader, removal: string, paint: Paint): readonly string[] {
  const sign = paint(styles[change.action], signs[change.action]);
  const key = keyParts(change.key, header.keyTypes.length)
    .map((part) => oneLine(part, 40))
    .join(" · ");
  const fields = alteredFields(change).map((name) => [name, change.fields[name] as FieldChange] as const);
  if (change.action === "delete") return [`  ${sign} ${paint("bold", key)}  ${paint("dim", removal)}`];
  return [
    `  ${sign} ${paint("bold", key)}`,
    ...fields.map(([name, { before, after, drifted }]) => {
      const from = before === undefined ? "" : `${paint("dim", show(before))} → `;
      const note = drifted === true ? paint("yellow", "  changed by someone else since our last write") : "";
      return `      ${name}  ${from}${show(after)}${note}`;
    }),
  ];
}

const show = (value: Value): string =>
  value === null ? "null" : value.type === "text" ? JSON.stringify(oneLine(value.text)) : oneLine(value.text);

function estimate({ estimate: { requests, seconds } }: PlanHeader): string {
  const time = seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
  return `${plural(requests, "request")}, about ${time} at the vendor's limit`;
}
