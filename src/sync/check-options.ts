/** The connector's own keys of `destination:`. */
import { z } from "zod";
import { type FieldSchema } from "../destinations/destination";
import { conform } from "../project/conform";
import { isInterpolated } from "../project/interpolation";
import { type Checking } from "./check";
import { type FieldMapping } from "./definition";

export function checkOptions(checking: Checking): void {
  const { definition, destination, parsed, findings } = checking;
  if (destination === undefined) return;
  const { options } = definition.destination;
  // Its own keys are known here only to be suggested.
  const schema = destination.options.safeExtend({ match: z.unknown().optional() }).strict();
  const problems = conform(schema, options, parsed, ["destination"]);
  for (const { code, message, path, range, fixes } of problems) {
    findings.add(code, message, path, { range, ...(fixes === undefined ? {} : { fixes }) });
  }
  if (problems.length === 0) checkTogether(checking, destination.options.parse(options));
}

/** What the connector says of options, fields and mode together. */
function checkTogether(
  { definition, destination, object, project, columns, findings }: Checking,
  options: object,
): void {
  if (destination?.check === undefined || object === undefined) return;
  const { connection, match } = definition.destination;
  const keys = Object.hasOwn(project?.destinations ?? {}, connection) ? project?.destinations[connection]?.keys : {};
  const config = Object.fromEntries(
    Object.entries(keys ?? {}).map(([key, value]) => [key, isInterpolated(value) ? "" : value]),
  );
  const fields = definition.fields.map((mapping) => fieldOf(mapping, object.fields, columns));
  const context = {
    config,
    object,
    options: options as Readonly<Record<string, unknown>>,
    fields,
    mode: definition.mode,
    ...(match === undefined ? {} : { match }),
  };
  for (const { path, code, message } of destination.check(context))
    findings.add(code, message, ["destination", ...path]);
}

function fieldOf(
  { field, source }: FieldMapping,
  known: readonly FieldSchema[],
  columns: Checking["columns"],
): FieldSchema {
  const column = source.kind === "column" ? columns?.find(({ name }) => name === source.column) : undefined;
  return known.find(({ name }) => name === field) ?? { name: field, type: column?.type ?? "text" };
}
