/** The mapping editor: a custom editor over the text, which stays the only truth. */
import * as vscode from "vscode";
import { type FromMapping, type ToMapping } from "../../../webview/mapping-protocol";
import { showFailure } from "../failures";
import { openPage } from "../open-page";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { syncOf } from "../work/sync-argument";
import { revealPath } from "./reveal";
import { MappingSession } from "./session";

const viewType = "sluice.mapping";

/** The session of a file that is open in a mapping editor. */
export type MappingSessions = (uri: vscode.Uri) => MappingSession | undefined;

export function registerMapping(services: Services): MappingSessions {
  const sessions = new Map<string, { readonly session: MappingSession; editors: number }>();
  const provider: vscode.CustomTextEditorProvider = {
    resolveCustomTextEditor(document, panel) {
      const key = document.uri.toString();
      const shared = sessions.get(key) ?? { session: new MappingSession(services, document), editors: 0 };
      sessions.set(key, shared);
      shared.editors += 1;
      const { session } = shared;
      const post = (message: ToMapping): void => void panel.webview.postMessage(message);
      const listeners = [
        session.onDidChange((state) => post({ type: "state", state })),
        panel.webview.onDidReceiveMessage((message: FromMapping) => {
          receive(session, panel, message, post).catch((error: unknown) => void showFailure(services.log, error));
        }),
      ];
      panel.onDidDispose(() => {
        for (const listener of listeners) listener.dispose();
        shared.editors -= 1;
        if (shared.editors > 0) return;
        sessions.delete(key);
        session.dispose();
      });
      openPage(panel.webview, services.context.extensionUri, "mapping");
    },
  };
  services.context.subscriptions.push(
    vscode.window.registerCustomEditorProvider(viewType, provider, { supportsMultipleEditorsPerDocument: true }),
  );
  registerCommand(services, "sluice.mapFields", async (argument) => {
    const uri = (await syncOf(services, argument))?.uri;
    if (uri !== undefined) await vscode.commands.executeCommand("vscode.openWith", uri, viewType, columnFor(uri));
  });
  registerCommand(services, "sluice.showText", async (argument) => {
    const uri = (await syncOf(services, argument))?.uri;
    if (uri !== undefined) await revealPath(await vscode.workspace.openTextDocument(uri), undefined, []);
  });
  return (uri) => sessions.get(uri.toString())?.session;
}

async function receive(
  session: MappingSession,
  panel: vscode.WebviewPanel,
  message: FromMapping,
  post: (message: ToMapping) => void,
): Promise<void> {
  switch (message.type) {
    case "ready":
      return post({ type: "state", state: session.state });
    case "undo":
    case "redo":
      // The command speaks to the editor in front.
      if (panel.active || (await bringToFront(panel)) === "in front")
        await vscode.commands.executeCommand(message.type);
      return;
    case "intent":
      try {
        const refused = await session.receive(message);
        if (refused !== undefined) post({ type: "refused", reason: refused });
      } finally {
        post({ type: "settled" });
      }
      return;
    default: {
      const refused = await session.receive(message);
      if (refused !== undefined) post({ type: "refused", reason: refused });
    }
  }
}

/** To reveal a panel is only to ask for it: it is in front once the workbench says so. */
function bringToFront(panel: vscode.WebviewPanel): Promise<"in front" | "gone"> {
  return new Promise((resolve) => {
    const end = (how: "in front" | "gone"): void => {
      for (const listener of listeners) listener.dispose();
      resolve(how);
    };
    const listeners = [
      panel.onDidChangeViewState(() => {
        if (panel.active) end("in front");
      }),
      panel.onDidDispose(() => end("gone")),
    ];
    // Without its column the page would move to where the focus was.
    panel.reveal(panel.viewColumn);
  });
}

/** Where it is open already, else beside the text. */
function columnFor(uri: vscode.Uri): vscode.ViewColumn {
  const open = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(
      ({ input }) =>
        input instanceof vscode.TabInputCustom &&
        input.viewType === viewType &&
        input.uri.toString() === uri.toString(),
    ),
  );
  return open?.viewColumn ?? vscode.ViewColumn.Beside;
}
