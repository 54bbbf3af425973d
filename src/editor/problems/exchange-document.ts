/** One request and its response as a read-only document. Its address carries ids only. */
import * as vscode from "vscode";
import { type Exchange } from "../../record";
import { plainText } from "../../../webview/plain-text";
import { registerCommand } from "../register-command";
import { type Services } from "../services";

const scheme = "sluice-exchange";

interface ExchangeArgument {
  readonly root: string;
  readonly run: string;
  readonly exchange: string;
}

export function registerExchanges(services: Services): void {
  const { calls, context, projects } = services;
  const asked = new Map<string, ExchangeArgument>();
  const provider: vscode.TextDocumentContentProvider = {
    async provideTextDocumentContent(uri) {
      const argument = asked.get(uri.path);
      const found =
        argument === undefined
          ? undefined
          : await calls.exchange(projects.place(argument.root), { run: argument.run, exchange: argument.exchange });
      return found === undefined ? vscode.l10n.t("This exchange is no longer kept.") : plainText(textOf(found));
    },
  };
  context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  registerCommand(services, "sluice.showExchange", async (given) => {
    const argument = given as ExchangeArgument;
    const uri = vscode.Uri.from({ scheme, path: `/${argument.run}/${argument.exchange}.http` });
    asked.set(uri.path, argument);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  });
}

/** As it went over the wire; a body that is JSON is indented. */
function textOf({ request, response, failure, ms }: Exchange): string {
  const headers = (all: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const answer =
    response === undefined
      ? [failure ?? ""]
      : [`HTTP ${response.status} (${ms} ms)`, ...headers(response.headers), "", indented(response.body)];
  return [
    `${request.method} ${request.url}`,
    ...headers(request.headers),
    "",
    indented(request.body ?? ""),
    "",
    "###",
    "",
    ...answer,
    "",
  ].join("\n");
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}
