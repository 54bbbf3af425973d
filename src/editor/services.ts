/** What every feature of the editor is given. Made once, in extension.ts. */
import type * as vscode from "vscode";
import { type Calls } from "../calls/calls";
import { type Checks } from "./diagnostics/checks";
import { type EngineClient } from "./engine/engine-client";
import { type Fits } from "./fit/fits";
import { type Overviews } from "./overviews";
import { type RunProblems } from "./problems/run-problems";
import { type Projects } from "./projects";
import { type Results } from "./results/results";

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly engine: EngineClient;
  readonly calls: Calls;
  readonly projects: Projects;
  readonly overviews: Overviews;
  readonly checks: Checks;
  readonly fits: Fits;
  readonly runProblems: RunProblems;
  readonly results: Results;
}
