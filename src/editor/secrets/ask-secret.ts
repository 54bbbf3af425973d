/** Answers the engine's questions for secrets from SecretStorage, and asks the user where a host changed. */
import * as vscode from "vscode";
import { type SecretAsk } from "../../calls/wire";
import { type Vault } from "./vault";

/** undefined: there is none, or not for this host. The call then fails with what to do; a question is never waited for. */
export function secretAnswerer(vault: Vault): (ask: SecretAsk) => Promise<string | undefined> {
  const asking = new Set<string>();
  return async (ask) => {
    const answer = await vault.ask(ask);
    if (answer.answer === "given") return answer.value;
    if (answer.answer === "withheld") {
      const question = JSON.stringify([ask, answer.approvedFor]);
      if (!asking.has(question)) {
        asking.add(question);
        void approve(vault, ask, answer.approvedFor).finally(() => asking.delete(question));
      }
    }
    return undefined;
  };
}

async function approve(vault: Vault, ask: SecretAsk, approvedFor: string): Promise<void> {
  const host = ask.host ?? vscode.l10n.t("the service's own address");
  const before = approvedFor === "" ? vscode.l10n.t("the service's own address") : approvedFor;
  const allow = vscode.l10n.t("Allow");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      "The connection {0} ({1}) would now send {2} to {3}. You approved it for {4}.",
      ask.connection,
      ask.target,
      ask.name,
      host,
      before,
    ),
    allow,
    vscode.l10n.t("Keep Withholding"),
  );
  if (chosen === allow) await vault.approve(ask);
}
