/** One planned change in VS Code's own diff editor: two virtual documents, whose addresses say nothing of the record. */
import * as vscode from "vscode";
import { type PlanHeader } from "../../plan/plan";
import { type Change } from "../../record";
import { plainExcerpt } from "../../../webview/plain-text";
import { type Subject } from "../../../webview/protocol";
import { recordText } from "./record-text";

const scheme = "sluice";
/** Comparisons whose text is kept; an older one must be opened again. */
const kept = 50;

export interface Comparisons extends vscode.Disposable {
  open(change: Change, plan: PlanHeader, subject: Subject): Promise<void>;
}

export function compareDocuments(): Comparisons {
  const texts = new Map<string, { readonly before: string; readonly after: string }>();
  let last = 0;
  const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent(uri) {
      const [, id = "", side] = uri.path.split("/");
      const found = texts.get(id);
      if (found === undefined) return vscode.l10n.t("This comparison is over. Open the record from its plan again.");
      return side === "before.json" ? found.before : found.after;
    },
  });
  return {
    async open(change, plan, subject) {
      const id = `${Date.now().toString(36)}-${++last}`;
      texts.set(id, recordText(change, plan));
      for (const oldest of texts.keys()) if (texts.size > kept) texts.delete(oldest);
      const at = (side: string): vscode.Uri => vscode.Uri.from({ scheme, path: `/${id}/${side}.json` });
      const title =
        plan.readBack > 0
          ? vscode.l10n.t("{0}: at the destination ↔ will be", plainExcerpt(subject.sync, 60))
          : vscode.l10n.t("{0}: last sent ↔ will be", plainExcerpt(subject.sync, 60));
      await vscode.commands.executeCommand("vscode.diff", at("before"), at("after"), title, { preview: true });
    },
    dispose: () => provider.dispose(),
  };
}
