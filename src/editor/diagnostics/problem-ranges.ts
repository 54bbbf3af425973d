/** Problems of the engine as the editor's diagnostics. */
import path from "node:path";
import * as vscode from "vscode";
import { type FilePlace, type FileProblem } from "../../calls/calls";
import { type Severity } from "../../problem";
import { plainText } from "../../../webview/plain-text";

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** `root`: the project's folder, for places in its other files. */
export function diagnosticOf(root: string, problem: FileProblem): vscode.Diagnostic {
  const range = rangeOfPlace(problem);
  const diagnostic = new vscode.Diagnostic(range, plainText(problem.message), severities[problem.severity]);
  diagnostic.source = "sluice";
  diagnostic.code = problem.code;
  if (problem.related !== undefined) {
    diagnostic.relatedInformation = problem.related.map(
      (place) => new vscode.DiagnosticRelatedInformation(locationOf(root, place), plainText(place.message)),
    );
  }
  return diagnostic;
}

/** A place of the engine, whose lines and columns count from 1. */
export function rangeOfPlace({ line, column, endLine, endColumn }: FilePlace): vscode.Range {
  return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}

export function locationOf(root: string, place: FilePlace): vscode.Location {
  return new vscode.Location(vscode.Uri.file(path.join(root, place.file)), rangeOfPlace(place));
}
