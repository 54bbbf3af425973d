/** How long ago something was, in the words of a glance. */
import * as vscode from "vscode";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000] as const;

export function sinceText(time: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(time));
  if (ms < minute) return vscode.l10n.t("just now");
  if (ms < hour) return vscode.l10n.t("{0} min ago", Math.floor(ms / minute));
  if (ms < day) return vscode.l10n.t("{0} h ago", Math.floor(ms / hour));
  return vscode.l10n.t("{0} d ago", Math.floor(ms / day));
}
