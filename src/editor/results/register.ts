/** The webview view in the bottom panel: shows what Results holds and passes on what its buttons say. */
import * as vscode from "vscode";
import { type FromWebview } from "../../../webview/protocol";
import { failureOf, showFailure } from "../failures";
import { openPage } from "../open-page";
import { type Services } from "../services";

export function registerResults(services: Services): void {
  const { context, engine, results } = services;
  engine.onEnd(() => results.forgetSpooled());
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView(view) {
      view.webview.onDidReceiveMessage((message: FromWebview) => void receive(services, view.webview, message));
      view.onDidDispose(() => results.disconnect());
      openPage(view.webview, context.extensionUri, "results");
    },
  };
  context.subscriptions.push(vscode.window.registerWebviewViewProvider("sluice.results", provider));
}

async function receive(services: Services, webview: vscode.Webview, message: FromWebview): Promise<void> {
  const { results } = services;
  switch (message.type) {
    case "ready":
      // Posted to a hidden page it is lost; the page says “ready” again when it is shown.
      return results.connect((outgoing) => void webview.postMessage(outgoing));
    case "tab":
      return results.selected(message.tab);
    case "ask":
      return answerAsk(services, webview, message);
    case "cancel":
      return results.cancel(message.tab);
    case "again":
      // The tab shows a failure; the message would say it twice.
      return results.again(message.tab).catch((error: unknown) => void showFailure(services.log, error));
    case "run-plan":
      return run("sluice.runPlan", message.plan);
    case "retry":
      return run("sluice.retry", { run: message.run, group: message.group });
    case "open-mapping":
      return run("sluice.showMapping", { run: message.run, group: message.group });
  }
}

async function run(command: string, argument: unknown): Promise<void> {
  await vscode.commands.executeCommand(command, argument);
}

async function answerAsk(
  { results, log }: Services,
  webview: vscode.Webview,
  { id, ask }: Extract<FromWebview, { type: "ask" }>,
): Promise<void> {
  try {
    await webview.postMessage({ type: "answer", id, answer: await results.answer(ask) });
  } catch (error) {
    const { code, message, hint } = failureOf(error);
    log.warn(`${ask.name}: ${code}: ${message}`);
    await webview.postMessage({ type: "refusal", id, message: `${message} ${hint}` });
  }
}
