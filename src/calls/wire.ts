/**
 * The engine process's side of vscode-jsonrpc: method names and what crosses. Cancellation is jsonrpc's own token.
 * Errors cross as data: { drawer: "failure" | "problems" | "cancelled" | "bug", … } in ResponseError.data.
 */
import { type RunProgress } from "../run/report";
import { type Failure, type FileProblem } from "./calls";

/** Requests are named after the method of Calls, with its arguments (but callbacks and signals) in order. */
export const callMethod = (name: string): string => `sluice/${name}`;

/** Engine → editor: progress of the request whose progress token this is (its last argument). */
export const progressMethod = "sluice/progress";
export interface ProgressMessage {
  readonly token: string;
  readonly progress: RunProgress;
}

/** Engine → editor, a request: the editor answers from SecretStorage, or undefined. */
export const secretMethod = "sluice/secret";
export interface SecretAsk {
  readonly root: string;
  readonly name: string;
  readonly connection: string;
  readonly target: string;
  readonly host?: string;
}

/** Engine → editor: a line for the log channel; never a secret or a value. */
export const logMethod = "sluice/log";
export interface LogMessage {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly message: string;
}

export type WireError =
  | ({ readonly drawer: "failure" } & Failure)
  | { readonly drawer: "problems"; readonly problems: readonly FileProblem[] }
  | { readonly drawer: "cancelled" }
  | { readonly drawer: "bug" };
