/** VS Code's entry: makes the services and hands them to each feature. Nothing here loads a driver or asks the engine. */
import * as vscode from "vscode";
import { Checks, registerChecks } from "./editor/diagnostics/checks";
import { registerQuickFixes } from "./editor/diagnostics/quick-fixes";
import { registerEngine } from "./editor/engine/register";
import { createEngine } from "./editor/engine/start-engine";
import { type Ask } from "./editor/first-minutes/ask";
import { registerFirstMinutes } from "./editor/first-minutes/register";
import { Fits } from "./editor/fit/fits";
import { registerFits } from "./editor/fit/register";
import { registerNavigation } from "./editor/language/register-navigation";
import { registerLanguage } from "./editor/language/register";
import { registerLenses } from "./editor/lenses/register";
import { registerMapping } from "./editor/mapping/register";
import { type MappingSession } from "./editor/mapping/session";
import { Overviews } from "./editor/overviews";
import { registerRunProblems } from "./editor/problems/register";
import { RunProblems } from "./editor/problems/run-problems";
import { Projects } from "./editor/projects";
import { registerResults } from "./editor/results/register";
import { Results } from "./editor/results/results";
import { secretAnswerer } from "./editor/secrets/ask-secret";
import { registerSecrets } from "./editor/secrets/register";
import { openVault } from "./editor/secrets/vault";
import { type Services } from "./editor/services";
import { registerStatus } from "./editor/status/register";
import { registerViews } from "./editor/views/register";
import { registerWork } from "./editor/work/register";
import { type PanelState } from "../webview/protocol";

/** What the extension gives to others: the tests look through it. */
export interface SluiceApi {
  /** Process id of the engine; undefined while none runs. */
  enginePid(): number | undefined;
  results(): PanelState;
  readonly onResults: vscode.Event<PanelState>;
  /** As if a button of the results panel had said it; `post` is told what the page would be. */
  readonly receiveResults: ReturnType<typeof registerResults>;
  /** Of a file that is open in a mapping editor. */
  mapping(uri: vscode.Uri): Pick<MappingSession, "state" | "onDidChange" | "receive"> | undefined;
  readonly views: ReturnType<typeof registerViews>;
  /** Answers the wizards' questions in the user's place; undefined: the editor asks again. */
  answerWith(ask: Ask | undefined): void;
}

export function activate(context: vscode.ExtensionContext): SluiceApi {
  const log = vscode.window.createOutputChannel("Sluice", { log: true });
  const vault = openVault(context.secrets);
  const engine = createEngine(context, log, secretAnswerer(vault));
  const { calls } = engine;
  const projects = new Projects(context.workspaceState);
  const overviews = new Overviews(calls, projects);
  const checks = new Checks(calls, projects, log);
  const fits = new Fits(calls, projects, overviews, checks, log);
  const runProblems = new RunProblems(calls, projects, context.workspaceState);
  const results = new Results(calls, projects, context.workspaceState);
  const services: Services = { context, log, engine, calls, projects, overviews, checks, fits, runProblems, results };
  context.subscriptions.push(log, engine, projects, overviews);

  registerEngine(services);
  registerChecks(context, checks, projects);
  registerFits(services);
  registerQuickFixes(services);
  registerLenses(services);
  registerNavigation(services);
  registerLanguage(services);
  registerWork(services);
  const receiveResults = registerResults(services);
  registerRunProblems(services);
  registerSecrets(services, vault);
  const views = registerViews(services);
  registerStatus(services);
  const mapping = registerMapping(services);
  const answerWith = registerFirstMinutes(services, vault);
  return {
    enginePid: () => engine.pid,
    results: () => results.state,
    onResults: results.onDidChange,
    receiveResults,
    mapping,
    views,
    answerWith,
  };
}
