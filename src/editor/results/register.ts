/** The webview view in the bottom panel: shows what Results holds and passes on what its buttons say. */
import * as vscode from "vscode";
import { type FromWebview, type ToWebview } from "../../../webview/protocol";
import { isSyncFile, syncName } from "../files";
import { openPage } from "../open-page";
import { type Services } from "../services";
import { compareDocuments } from "./compare";
import { registerSingles } from "./single";
import { type Page, receive } from "./receive";

export function registerResults(
  services: Services,
): (message: FromWebview, post: (message: ToWebview) => void) => Promise<void> {
  const { context, engine, results } = services;
  engine.onEnd(() => results.forgetSpooled());
  const comparisons = compareDocuments();
  const singles = registerSingles(services, (page, message) => {
    void receive({ ...services, comparisons, singles }, page, message);
  });
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView(view) {
      const page: Page = {
        post: (message) => void view.webview.postMessage(message),
        // Posted to a hidden page it is lost; the page says “ready” again when it is shown.
        ready: () => results.connect(page.post),
      };
      view.webview.onDidReceiveMessage((message) => void receive({ ...services, comparisons, singles }, page, message));
      view.onDidDispose(() => results.disconnect());
      openPage(view.webview, context.extensionUri, "results");
    },
  };
  context.subscriptions.push(
    comparisons,
    vscode.window.registerWebviewViewProvider("sluice.results", provider),
    ...watchPlans(services),
    vscode.window.onDidChangeActiveTextEditor(() => tellActive(services)),
  );
  tellActive(services);
  return (message, post) =>
    receive({ ...services, comparisons, singles }, { post, ready: () => results.connect(post) }, message);
}

function tellActive({ projects, results }: Services): void {
  const sync = projects.syncAt(vscode.window.activeTextEditor?.document.uri);
  // The panel itself has no text: what was edited last stays what is offered.
  if (sync !== undefined) results.setActive(syncName(sync.file));
}

const pause = 400;

/** Says when something changed that plans depend on: the sync, its model, the project, a run. */
function watchPlans({ overviews, results }: Services): readonly vscode.Disposable[] {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => results.broadcast({ type: "plans-changed" }), pause);
  };
  return [
    overviews.onDidChange(soon),
    vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
      if (isSyncFile(uri.path) || /\.sql$|\/sluice\.yaml$/.test(uri.path)) soon();
    }),
    { dispose: () => clearTimeout(timer) },
  ];
}
