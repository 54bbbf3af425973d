/** A command whose errors reach people and no one else. */
import * as vscode from "vscode";
import { type Services } from "./services";
import { showFailure } from "./failures";

export function registerCommand(
  { context, log }: Pick<Services, "context" | "log">,
  id: `sluice.${string}`,
  handler: (...args: readonly unknown[]) => void | Promise<void>,
): void {
  const command = vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    try {
      await handler(...args);
    } catch (error) {
      // Not awaited: a command is done when its work is, not when its message is closed.
      void showFailure(log, error);
    }
  });
  context.subscriptions.push(command);
}
