/** Quick fixes for rejected records: what mends the mapping, and what sends or shows the records again. */
import * as vscode from "vscode";
import { isNotAsWritten, type RejectionGroup } from "../../run/report";
import { type FieldMapping, type ParsedSync } from "../../sync/definition";
import { type TextEdit } from "../../project/yaml-edit";
import { plainExcerpt } from "../../../webview/plain-text";
import { syncName } from "../files";
import { parsers } from "../parser";
import { type Services } from "../services";
import { type RunDiagnostic } from "./rejection-diagnostic";

export function rejectionFixes({ runProblems }: Services): vscode.CodeActionProvider {
  return {
    async provideCodeActions(document, range) {
      const diagnostics = runProblems.diagnosticsAt(document.uri, range);
      if (diagnostics.length === 0) return [];
      const { parseSync, skipNulls } = await parsers();
      const parsed = parseSync(document.getText(), { name: syncName(document.fileName) });
      return diagnostics.flatMap((diagnostic) => {
        const actions = [...mending(document, diagnostic, parsed, skipNulls), ...again(diagnostic)];
        return diagnostics.length === 1 ? actions : actions.map((action) => naming(action, diagnostic));
      });
    },
  };
}

/** Beside fixes of another reason on the same line a fix says which it is about. */
function naming(action: vscode.CodeAction, { group }: RunDiagnostic): vscode.CodeAction {
  if (group !== undefined) action.title = `${action.title} (${plainExcerpt(group.reason, 50)})`;
  return action;
}

/** What the destination or the mapping says of a field decides what may mend it. Codes are the vendor's. */
function mending(
  document: vscode.TextDocument,
  diagnostic: RunDiagnostic,
  parsed: ParsedSync,
  skipNulls: (parsed: ParsedSync, mapping: FieldMapping) => readonly TextEdit[] | undefined,
): readonly vscode.CodeAction[] {
  const { group } = diagnostic;
  const mapping = parsed.definition?.fields.find(({ field }) => field === group?.field);
  if (group === undefined || mapping === undefined) return [];
  const { field } = mapping;
  const about = { uri: document.uri, field };
  const found: (vscode.CodeAction | undefined)[] = [];
  if (group.code === "no-matching-value") {
    found.push(
      preferred(commanding(diagnostic, vscode.l10n.t("Map the missing values…"), "sluice.mapValues", about)),
      commanding(diagnostic, vscode.l10n.t("Add a default…"), "sluice.addDefault", about),
    );
  } else if (isAboutOptions(group) && (mapping.source.kind === "column" || mapping.source.kind === "sql")) {
    const title = vscode.l10n.t("Map the values to options…");
    found.push(preferred(commanding(diagnostic, title, "sluice.mapValues", about)));
  }
  if (/read.?only|doesnt.?exist|unknown.?(?:field|property)|no.?such/i.test(group.code)) {
    const title = vscode.l10n.t("Take {0} out of the mapping", field);
    found.push(preferred(editing(document, diagnostic, title, parsed.removeAt(["fields", field]))));
  }
  if (mapping.nulls === "send" && /required|null|blank|empty|missing/i.test(group.code)) {
    const title = vscode.l10n.t("Leave {0} alone where the value is NULL", field);
    found.push(editing(document, diagnostic, title, skipNulls(parsed, mapping)));
  }
  return found.filter((action) => action !== undefined);
}

const isAboutOptions = ({ code }: RejectionGroup): boolean => /option|picklist|enum/i.test(code);

function again(diagnostic: RunDiagnostic): readonly vscode.CodeAction[] {
  const { group, records } = diagnostic;
  if (group === undefined)
    return [commanding(diagnostic, vscode.l10n.t("Show these records"), "sluice.openRun", records)];
  if (isNotAsWritten(group.code)) {
    return [
      commanding(diagnostic, vscode.l10n.t("Read them back once more"), "sluice.verify", records),
      commanding(diagnostic, vscode.l10n.t("Show these records"), "sluice.openRun", records),
    ];
  }
  const exchange = group.examples.find((example) => example.exchange !== undefined)?.exchange;
  const hasKeys = group.examples.some(({ key }) => key !== null && !(Array.isArray(key) && key.includes(null)));
  return [
    commanding(diagnostic, vscode.l10n.t("Retry these records"), "sluice.retry", records),
    ...(group.count > 1 && hasKeys
      ? [commanding(diagnostic, vscode.l10n.t("Retry one of these records…"), "sluice.retryOne", records)]
      : []),
    ...(hasKeys
      ? [
          commanding(
            diagnostic,
            vscode.l10n.t("Leave these records out in the model"),
            "sluice.excludeRecords",
            records,
          ),
        ]
      : []),
    commanding(diagnostic, vscode.l10n.t("Show these records"), "sluice.openRun", records),
    ...(exchange === undefined
      ? []
      : [
          commanding(diagnostic, vscode.l10n.t("Show request and response"), "sluice.showExchange", {
            root: records.root,
            run: records.run,
            exchange,
          }),
        ]),
  ];
}

function commanding(
  diagnostic: RunDiagnostic,
  title: string,
  command: `sluice.${string}`,
  argument: unknown,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.command = { title, command, arguments: [argument] };
  return action;
}

function editing(
  document: vscode.TextDocument,
  diagnostic: RunDiagnostic,
  title: string,
  edits: readonly TextEdit[] | undefined,
): vscode.CodeAction | undefined {
  if (edits === undefined) return undefined;
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.edit = new vscode.WorkspaceEdit();
  for (const { range, text } of edits) {
    const place = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
    action.edit.replace(document.uri, place, text);
  }
  return action;
}

function preferred(action: vscode.CodeAction | undefined): vscode.CodeAction | undefined {
  if (action !== undefined) action.isPreferred = true;
  return action;
}
