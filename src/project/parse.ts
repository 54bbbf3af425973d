/** From the text of a sluice.yaml to the project, with every problem at its place. */
import { type Path, type Problem } from "../problem";
import { alertsOf } from "./alerts";
import { checkAlerts } from "./check-alerts";
import { closest, didYouMean, listed } from "./closest";
import { conform, plainOrQuoted } from "./conform";
import { choosing, type ConformEdits } from "./conform-fixes";
import { checkConnection } from "./connection-check";
import { type ConnectionKind, type ConnectionTypes, registered } from "./connection-types";
import { beginning, editable } from "./editable";
import { mendedName, nameProblem } from "./name";
import {
  type ConnectionConfig,
  type LedgerConfig,
  type ParsedProject,
  type ProjectFile,
  type Retention,
  type TargetOverrides,
  usualRetention,
} from "./project";
import { projectSchema } from "./schema";
import { type Places, placesOf } from "./yaml-places";
import { allProblems, problemAt, readYaml } from "./yaml-text";

/** Parse a project file. Never throws. `types` are the registries' unless a test brings its own. */
export function parseProject(text: string, types: ConnectionTypes = registered): ParsedProject {
  const yaml = readYaml(text);
  const places = placesOf(yaml);
  const edits = editable(yaml, places);
  const problems: Problem[] = [];
  const data = record(yaml.data);
  if (data !== undefined) {
    problems.push(...conform(projectSchema, data, edits), ...checkProject(data, edits, types));
  } else if (yaml.problems.length === 0) {
    const message = "This is not a project file yet. It needs version: 1, warehouses and destinations.";
    const fixes = beginning(yaml, text, "version: 1\nwarehouses:\ndestinations:\n");
    problems.push({ ...problemAt("not-a-project", message, [], places.rangeOf([])), ...fixes });
  }
  const { rangeOf, pathAt } = places;
  return {
    ...(data === undefined ? {} : { file: projectOf(data) }),
    problems: allProblems(yaml, problems),
    rangeOf,
    pathAt,
  };
}

function checkProject(data: Data, places: EditablePlaces, types: ConnectionTypes): Problem[] {
  const targets = record(data["targets"]) ?? {};
  return [
    ...checkConnections(data, [], places, types),
    ...Object.entries(targets).flatMap(([name, target]) => [
      ...checkName(name, ["targets", name], places),
      ...checkConnections(record(target) ?? {}, ["targets", name], places, types),
    ]),
    ...checkDefaultTarget(data["default_target"], Object.keys(targets), places),
    ...checkAlerts(projectOf(data), places),
  ];
}

function checkConnections(data: Data, at: Path, places: EditablePlaces, types: ConnectionTypes): Problem[] {
  const kinds: readonly ConnectionKind[] = ["warehouses", "destinations"];
  return kinds.flatMap((kind) =>
    Object.entries(record(data[kind]) ?? {}).flatMap(([name, connection]) => {
      const path = [...at, kind, name];
      const keys = record(connection);
      const checked = keys === undefined ? [] : checkConnection({ kind, keys, path, places, types });
      return [...checkName(name, path, places), ...checked];
    }),
  );
}

/** Connections and targets name files: schema snapshots, ledgers. */
function checkName(name: string, path: Path, places: EditablePlaces): Problem[] {
  const message = nameProblem(name);
  if (message === undefined) return [];
  const range = places.rangeOf(path, "key");
  const mended = mendedName(name);
  const isFree = mended !== undefined && places.sourceAt([...path.slice(0, -1), mended]) === undefined;
  // What syncs call it by is theirs to change.
  const fixes = isFree
    ? { fixes: [{ title: `Change to "${mended}"`, edits: [{ range, text: plainOrQuoted(mended) }], preferred: false }] }
    : {};
  return [{ ...problemAt("invalid-name", message, path, range), ...fixes }];
}

function checkDefaultTarget(written: unknown, targets: readonly string[], places: EditablePlaces): Problem[] {
  if (typeof written !== "string" || targets.includes(written)) return [];
  const suggestion = closest(written, targets);
  const there =
    targets.length === 0
      ? " The file has no targets."
      : ` There ${targets.length === 1 ? "is" : "are"} ${listed(targets)}.`;
  const message = `There is no target "${written}".${didYouMean(suggestion) || there}`;
  const path = ["default_target"];
  const found = choosing({ places, path, value: written }, targets);
  const fixes = found.length === 0 ? {} : { fixes: found };
  return [
    { ...problemAt("unknown-target", message, ["default_target"], places.rangeOf(["default_target"])), ...fixes },
  ];
}

type EditablePlaces = Places & ConformEdits;
type Data = Readonly<Record<string, unknown>>;

function projectOf(data: Data): ProjectFile {
  const defaultTarget = data["default_target"];
  return {
    version: 1,
    warehouses: connectionsOf(data["warehouses"]),
    destinations: connectionsOf(data["destinations"]),
    ledger: ledgerOf(data["ledger"]) ?? { store: "local", values: true },
    ...(data["retention"] === undefined ? {} : { retention: retentionOf(data["retention"]) }),
    ...(data["alerts"] === undefined ? {} : { alerts: alertsOf(data["alerts"]) }),
    targets: Object.fromEntries(
      Object.entries(record(data["targets"]) ?? {}).map(([name, target]) => [name, targetOf(target)]),
    ),
    ...(typeof defaultTarget === "string" ? { defaultTarget } : {}),
  };
}

function targetOf(value: unknown): TargetOverrides {
  const target = record(value) ?? {};
  const ledger = ledgerOf(target["ledger"]);
  return {
    warehouses: connectionsOf(target["warehouses"]),
    destinations: connectionsOf(target["destinations"]),
    ...(ledger === undefined ? {} : { ledger }),
    ...(target["alerts"] === undefined ? {} : { alerts: alertsOf(target["alerts"]) }),
    // Only a plain false lowers the guard: a mistyped value keeps it.
    confirm: target["confirm"] !== undefined && target["confirm"] !== false,
  };
}

function connectionsOf(value: unknown): Readonly<Record<string, ConnectionConfig>> {
  return Object.fromEntries(
    Object.entries(record(value) ?? {}).flatMap(([name, connection]) => {
      const { type, ...keys } = record(connection) ?? {};
      return typeof type === "string" && nameProblem(name) === undefined ? [[name, { type, keys }]] : [];
    }),
  );
}

function ledgerOf(value: unknown): LedgerConfig | undefined {
  const parsed = projectSchema.shape.ledger.safeParse(value);
  if (!parsed.success || parsed.data === undefined) return undefined;
  if (typeof parsed.data === "string") return { store: parsed.data, values: true };
  return { store: parsed.data.store ?? "local", values: parsed.data.values ?? true };
}

/** A part that is not understood keeps all it has: nothing goes by a typing error. */
function retentionOf(value: unknown): Retention {
  const parsed = projectSchema.shape.retention.safeParse(value);
  if (!parsed.success) return { runs: {}, exchanges: {}, plans: {} };
  const keep = (part: { readonly days?: number | undefined; readonly count?: number | undefined } | undefined) =>
    part === undefined
      ? undefined
      : {
          ...(part.days === undefined ? {} : { days: part.days }),
          ...(part.count === undefined ? {} : { count: part.count }),
        };
  return {
    runs: keep(parsed.data?.runs) ?? usualRetention.runs,
    exchanges: keep(parsed.data?.exchanges) ?? usualRetention.exchanges,
    plans: keep(parsed.data?.plans) ?? usualRetention.plans,
  };
}

function record(value: unknown): Data | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : undefined;
}
