/** One group of rejections as a diagnostic: count and reason, examples, a link to the records. */
import * as vscode from "vscode";
import { type Range } from "../../problem";
import { type Rejection } from "../../record";
import { plainExcerpt } from "../../../webview/plain-text";
import { isNotAsWritten, type RejectionGroup } from "../../run/report";
import { type RetryArgument } from "../work/retry";
import { type OpenGroup } from "./outstanding";

export class RunDiagnostic extends vscode.Diagnostic {
  constructor(
    range: vscode.Range,
    message: string,
    severity: vscode.DiagnosticSeverity,
    /** What the quick fixes act on. */
    readonly records: RetryArgument,
    /** Absent: it counts the reasons that are not shown one by one. */
    readonly group?: RejectionGroup,
  ) {
    super(range, message, severity);
  }
}

export function rejectionDiagnostic(input: {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly root: string;
  readonly open: OpenGroup;
  readonly range: Range;
}): RunDiagnostic {
  const { group, report, index } = input.open;
  const range = toRange(input.text, input.range);
  const records: RetryArgument = { root: input.root, run: report.id, group: index };
  const reason = plainExcerpt(group.reason, 300);
  const accepted = isNotAsWritten(group.code);
  // Data that a model lacks is to be looked at; a record that a destination refused did not arrive.
  const severity =
    group.stage === "model" || accepted ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
  const diagnostic = new RunDiagnostic(range, messageOf(group, reason), severity, records, group);
  diagnostic.source = `sluice ${report.target}`;
  diagnostic.code = { value: vscode.l10n.t("show records"), target: commandUri("sluice.openRun", records) };
  diagnostic.relatedInformation = group.examples.map(
    (example) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(input.uri, range),
        exampleText(example, group.reason),
      ),
  );
  return diagnostic;
}

function messageOf({ code, count }: RejectionGroup, reason: string): string {
  if (isNotAsWritten(code))
    return count === 1 ? vscode.l10n.t("1 record: {0}", reason) : vscode.l10n.t("{0} records: {1}", count, reason);
  return count === 1
    ? vscode.l10n.t("1 record rejected: {0}", reason)
    : vscode.l10n.t("{0} records rejected: {1}", count, reason);
}

/** Beyond the first few a line of the file says how many reasons more there are. */
export function othersDiagnostic(input: {
  readonly text: string;
  readonly root: string;
  readonly others: readonly OpenGroup[];
  readonly range: Range;
}): RunDiagnostic {
  const [first] = input.others;
  const run = first?.report.id ?? "";
  const records: RetryArgument = { root: input.root, run };
  const count = input.others.reduce((sum, { group }) => sum + group.count, 0);
  const message = vscode.l10n.t("{0} more records rejected, for {1} other reasons", count, input.others.length);
  const range = toRange(input.text, input.range);
  const diagnostic = new RunDiagnostic(range, message, vscode.DiagnosticSeverity.Error, records);
  diagnostic.source = `sluice ${first?.report.target ?? ""}`;
  diagnostic.code = { value: vscode.l10n.t("show records"), target: commandUri("sluice.openRun", records) };
  return diagnostic;
}

export function toRange(text: string, { start, end }: Range): vscode.Range {
  return new vscode.Range(position(text, start), position(text, end));
}

function position(text: string, offset: number): vscode.Position {
  const before = text.slice(0, offset);
  return new vscode.Position(before.split("\n").length - 1, offset - before.lastIndexOf("\n") - 1);
}

/** The reason only where it is not the group's own. */
function exampleText({ key, reason }: Rejection, known: string): string {
  const shown = plainExcerpt(typeof key === "string" ? key : JSON.stringify(key), 80);
  return reason === known
    ? vscode.l10n.t("key {0}", shown)
    : vscode.l10n.t("key {0}: {1}", shown, plainExcerpt(reason, 200));
}

function commandUri(command: string, argument: unknown): vscode.Uri {
  return vscode.Uri.parse(`command:${command}?${encodeURIComponent(JSON.stringify([argument]))}`);
}
