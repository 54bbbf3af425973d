/** Problems of the engine as the editor's diagnostics. */
import * as vscode from "vscode";
import { type FileProblem } from "../../calls/calls";
import { type Severity } from "../../problem";
import { plainText } from "../../../webview/plain-text";

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

export function diagnosticOf(problem: FileProblem): vscode.Diagnostic {
  const range = new vscode.Range(problem.line - 1, problem.column - 1, problem.endLine - 1, problem.endColumn - 1);
  const diagnostic = new vscode.Diagnostic(range, plainText(problem.message), severities[problem.severity]);
  diagnostic.source = "sluice";
  diagnostic.code = problem.code;
  return diagnostic;
}
