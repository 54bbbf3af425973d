/** The engine client of this window: forks dist/engine.js with the editor's own Node. */
import { fork } from "node:child_process";
import * as vscode from "vscode";
import { type SecretAsk } from "../../calls/wire";
import { SyncFailure } from "../../failure";
import { EngineClient } from "./engine-client";

export function createEngine(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  secret: (ask: SecretAsk) => Promise<string | undefined>,
): EngineClient {
  const file = context.asAbsolutePath("dist/engine.js");
  return new EngineClient({
    fork: () => fork(file, [], { execPath: process.execPath, execArgv: [], env: engineEnvironment(), silent: true }),
    now: () => Date.now(),
    log: (level, message) => log[level](message),
    secret,
    forbidden: () =>
      vscode.workspace.isTrusted
        ? undefined
        : new SyncFailure(
            "untrusted-workspace",
            vscode.l10n.t("This workspace is not trusted, so nothing in it is run."),
            vscode.l10n.t("Trust the workspace to query its warehouse and to send records."),
          ),
  });
}

/** The editor's own switches for Node and Electron are not meant for the engine. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, VSCODE_INSPECTOR_OPTIONS: _inspector, ...rest } = process.env;
  return { ...rest, ELECTRON_RUN_AS_NODE: "1" };
}
