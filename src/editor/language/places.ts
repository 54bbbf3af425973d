/** Definitions, references and highlights: columns, connections, syncs and fields, from every end. */
import * as vscode from "vscode";
import { type Cursor, type Located } from "../../calls/navigation-answers";
import { unsavedTexts } from "../buffers";
import { locationOf, rangeOfPlace } from "../diagnostics/problem-ranges";
import { inProject, projectFile, syncSelector } from "../files";
import { type Services } from "../services";

/** Sync files, the SQL of models, and sluice.yaml: wherever a name may stand. */
export const namesSelector: vscode.DocumentSelector = [
  ...syncSelector,
  { scheme: "file", pattern: "**/*.sql" },
  { scheme: "file", pattern: `**/${projectFile}` },
];

export function registerPlaces(services: Services): void {
  const { languages } = vscode;
  services.context.subscriptions.push(
    languages.registerDefinitionProvider(namesSelector, {
      provideDefinition: async (document, position) => {
        const found = await locate(services, document, position, "definitions");
        return found?.located.places.map((place): vscode.LocationLink => {
          const { uri, range } = locationOf(found.root, place);
          return {
            originSelectionRange: rangeOfPlace(found.located.origin),
            targetUri: uri,
            targetRange: range,
            targetSelectionRange: range,
          };
        });
      },
    }),
    languages.registerReferenceProvider(namesSelector, {
      provideReferences: async (document, position) => {
        const found = await locate(services, document, position, "references");
        return found?.located.places.map((place) => locationOf(found.root, place));
      },
    }),
    languages.registerDocumentHighlightProvider([...syncSelector], {
      provideDocumentHighlights: async (document, position) => {
        const found = await locate(services, document, position, "highlights");
        return found?.located.places.map((place) => new vscode.DocumentHighlight(rangeOfPlace(place)));
      },
    }),
  );
}

/** A position as the engine is asked about it. */
export function cursorAt(
  { projects }: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
): { readonly root: string; readonly cursor: Cursor } | undefined {
  const root = projects.rootOf(document.uri);
  if (root === undefined || !vscode.workspace.isTrusted) return undefined;
  const file = inProject(root, document.uri.fsPath);
  const cursor = { file, line: position.line + 1, column: position.character + 1, open: unsavedTexts(projects, root) };
  return { root, cursor };
}

/** Nobody is told of a failure: these are asked at every move of the cursor. */
async function locate(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
  what: "definitions" | "references" | "highlights",
): Promise<{ readonly root: string; readonly located: Located } | undefined> {
  const at = cursorAt(services, document, position);
  if (at === undefined) return undefined;
  try {
    const located = await services.calls.locate(services.projects.place(at.root), { ...at.cursor, what });
    return located === undefined ? undefined : { root: at.root, located };
  } catch (error) {
    services.log.warn(`${at.cursor.file}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
