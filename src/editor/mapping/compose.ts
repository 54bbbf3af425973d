/** The state of the mapping editor, from what is known. */
import {
  type FileProblem,
  type Failure,
  type ModelFacts,
  type ProjectOverview,
  type SyncContext,
} from "../../calls/calls";
import { type Path } from "../../problem";
import { type ParsedSync, type SyncDefinition } from "../../sync/definition";
import { type Proposal } from "../../sync/propose";
import { type MappingState, type RejectedRecords } from "../../../webview/mapping-protocol";
import { type Sample } from "./rows";

export interface Knowledge {
  readonly version: number;
  readonly file: string;
  readonly parsed: ParsedSync | undefined;
  readonly problems: readonly FileProblem[];
  /** Warnings about the values of the text as it stands. */
  readonly values: readonly FileProblem[];
  readonly rejections: readonly RejectedRecords[];
  readonly failure?: Failure | undefined;
  readonly overview?: ProjectOverview | undefined;
  /** Perhaps of an earlier text: it is shown until there is a newer one. */
  readonly context?: SyncContext | undefined;
  readonly facts?: ModelFacts | undefined;
  readonly sample?: Sample | undefined;
  readonly proposals?: readonly Proposal[] | undefined;
  readonly work: "asking" | "done";
  readonly trust: "trusted" | "untrusted";
}

export function compose(known: Knowledge): MappingState {
  const { version, file, parsed, rejections, failure, overview, context, facts, sample, work, trust } = known;
  const definition = parsed?.definition;
  const connections = (overview?.connections ?? []).filter(({ kind }) => kind === "destination");
  const connection = definition?.destination.connection;
  const columns = context?.columns;
  const object = context?.object;
  return {
    version,
    file,
    target: overview?.target ?? "",
    // What cannot run comes before what some rows will suffer.
    problems: [...known.problems, ...known.values.filter(({ path }) => isMapped(definition, path))],
    rejections,
    canDescribe: trust === "trusted" && connections.some(({ name }) => name === connection),
    connections: connections.map(({ name }) => name),
    objects: context?.objects ?? [],
    proposals: known.proposals ?? [],
    busy: work === "asking",
    restricted: trust === "untrusted",
    ...(definition !== undefined && { definition }),
    ...(failure !== undefined && { failure }),
    ...(columns !== undefined && { columns }),
    ...(object !== undefined && { object }),
    ...(facts !== undefined && { facts }),
    ...(sample !== undefined && { sample }),
  };
}

/** What was found before an edit may speak of a mapping that the edit took away. */
function isMapped(definition: SyncDefinition | undefined, [part, field]: Path): boolean {
  return part !== "fields" || definition?.fields.some((mapping) => mapping.field === field) === true;
}
