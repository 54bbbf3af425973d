/** What a sync means for its project, its model's columns and its destination's fields. Pure: all of these are given. */
import { type Destination, type ObjectSchema } from "../destinations/destination";
import { type Problem } from "../problem";
import { type ResolvedProject } from "../project/project";
import { distinct } from "../project/yaml-text";
import { type Column } from "../warehouses/warehouse";
import { checkColumns } from "./check-columns";
import { checkConnections } from "./check-connections";
import { checkFields } from "./check-fields";
import { findingsOf, type Findings } from "./check-findings";
import { checkObject } from "./check-object";
import { checkOptions } from "./check-options";
import { type ParsedSync, type SyncDefinition } from "./definition";

/** What is absent is not known, and nothing is said about it. */
export interface CheckInput {
  readonly definition: SyncDefinition;
  readonly parsed: ParsedSync;
  readonly project?: ResolvedProject;
  /** Of the model, as its warehouse describes them. */
  readonly columns?: readonly Column[];
  /** The destination's object. */
  readonly object?: ObjectSchema;
  /** Every object of the connection, for its name and for lookups. */
  readonly objects?: readonly ObjectSchema[];
  readonly destination?: Destination;
  /** Names of the project's syncs. */
  readonly syncs?: readonly string[];
}

export interface Checking extends CheckInput {
  readonly findings: Findings;
}

/** Problems beyond those that parsing found, in the order of the file. */
export function checkSync(input: CheckInput): readonly Problem[] {
  const findings = findingsOf(input.parsed);
  const checking: Checking = { ...input, findings };
  checkConnections(checking);
  checkOptions(checking);
  checkObject(checking);
  checkFields(checking);
  checkColumns(checking);
  return distinct(findings.problems).sort((a, b) => a.range.start - b.range.start);
}
