/** One result as a page of its own in the editor area; after a reload it is found again by its ids. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { plainExcerpt } from "../../../webview/plain-text";
import { type FromWebview, type PanelState, type Single, type Tab } from "../../../webview/protocol";
import { failureOf } from "../failures";
import { openPage } from "../open-page";
import { type Services } from "../services";
import { runResult } from "../work/reports";
import { type Page } from "./receive";
import { type Held, shownOf } from "./shelf";

const viewType = "sluice.result";

export interface Singles {
  open(held: Held): void;
}

type Receive = (page: Page, message: FromWebview) => void;

export function registerSingles(services: Services, receive: Receive): Singles {
  const { context } = services;
  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, state: { readonly single?: Single } | undefined) {
        if (state?.single === undefined) return panel.dispose();
        await show(services, receive, panel, state.single);
      },
    }),
  );
  return {
    open(held) {
      const { tab, id, subject, origin } = held;
      const panel = vscode.window.createWebviewPanel(viewType, "", vscode.ViewColumn.Active);
      const single: Single = { tab, id, subject, root: origin.place.root, file: origin.file };
      void show(services, receive, panel, single);
    },
  };
}

async function show(services: Services, receive: Receive, panel: vscode.WebviewPanel, single: Single): Promise<void> {
  const { context, results } = services;
  panel.title = `${plainExcerpt(single.subject.sync, 60)} · ${tabName(single.tab)}`;
  panel.iconPath = {
    light: vscode.Uri.joinPath(context.extensionUri, "media/icons/sluice-light.svg"),
    dark: vscode.Uri.joinPath(context.extensionUri, "media/icons/sluice-dark.svg"),
  };
  const page: Page = {
    post: (message) => void panel.webview.postMessage(message),
    ready: () =>
      void paneOf(services, single).then((pane) =>
        page.post({ type: "single", single, pane } as Parameters<Page["post"]>[0]),
      ),
  };
  const listening = results.listen(page.post);
  panel.onDidDispose(() => listening.dispose());
  panel.webview.onDidReceiveMessage((message: FromWebview) => receive(page, message));
  openPage(panel.webview, context.extensionUri, "results");
}

/** The result, or why it cannot be shown. */
async function paneOf(services: Services, single: Single): Promise<PanelState[Tab]> {
  const { id, subject } = single;
  try {
    const held = await find(services, single);
    services.results.hold(held);
    return { state: "ready", subject, id, result: shownOf(held) } as PanelState[Tab];
  } catch (error) {
    return { state: "failed", subject, failure: failureOf(error) } as PanelState[Tab];
  }
}

async function find({ calls, results }: Services, { tab, id, subject, root, file }: Single): Promise<Held> {
  try {
    return results.held(id);
  } catch (error) {
    if (!(error instanceof SyncFailure) || (tab !== "plan" && tab !== "run")) throw error;
  }
  const place = { root, target: subject.target };
  const origin = { place, file };
  if (tab === "plan") {
    const given = await calls.planHeader(place, { plan: id });
    return { tab, id, subject, origin, given };
  }
  const report = await calls.runReport(place, { run: id });
  return { tab, id, subject, origin, given: await runResult(calls, place, report) };
}

function tabName(tab: Tab): string {
  switch (tab) {
    case "rows":
      return vscode.l10n.t("Rows");
    case "records":
      return vscode.l10n.t("Records");
    case "plan":
      return vscode.l10n.t("Plan");
    case "run":
      return vscode.l10n.t("Run");
  }
}
