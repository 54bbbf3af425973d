/** Shows one of our pages in a webview: dist/webview/<name>.js and .css, and nothing else of the disk. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { webviewPage } from "./webview-page";

/** Links of a page that the workbench follows as a press of its own. */
const commands = { mapping: ["undo", "redo"], results: [] } as const;

export function openPage(webview: vscode.Webview, extension: vscode.Uri, name: "results" | "mapping"): void {
  const folder = vscode.Uri.joinPath(extension, "dist", "webview");
  const asset = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [folder], enableCommandUris: commands[name] };
  webview.html = webviewPage({
    nonce: randomBytes(16).toString("base64"),
    script: asset(`${name}.js`),
    style: asset(`${name}.css`),
    source: webview.cspSource,
    language: vscode.env.language,
    texts: vscode.l10n.bundle,
  });
}
