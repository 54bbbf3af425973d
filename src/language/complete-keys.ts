/** Keys that may be added where the cursor is. */
import { z } from "zod";
import { destinationOf } from "../destinations/index";
import { type FieldSchema } from "../destinations/destination";
import { type Path } from "../problem";
import { plainOrQuoted } from "../project/conform";
import { keysAt, schemasAt } from "../project/zod-walk";
import { keysOfMode } from "../sync/parse-rules";
import { syncSchema } from "../sync/schema";
import { type Completing } from "./complete";
import { valuesFor } from "./complete-values";
import { aboutFacts, aboutField, shown, traits, typeOf } from "./describe";
import { type ItemParts, literal } from "./items";
import { columnFor, factsOf, objectNamed } from "./knowledge";
import { columnOf, recordAt } from "./plain";

const sources = ["sql", "file", "table", "dbt"];
const kinds = ["column", "sql", "value", "template", "lookup"];

export function keysFor(completing: Completing): readonly ItemParts[] {
  const { cursor, data } = completing;
  const { path } = cursor;
  const written = new Set([...Object.keys(recordAt(data, path)), ...cursor.siblings]);
  if (path.length === 1 && path[0] === "fields") return fieldKeys(completing, written);
  if (path.length === 3 && path[0] === "fields" && path[2] === "values") return sampleKeys(completing, written);
  const known = keysKnown(completing, path);
  if (known.size === 0) return valuesFor(completing);
  const own = keyTyped(completing);
  return [...known].flatMap(([key, schema]) => {
    const isThere = written.has(key) && key !== own;
    return isThere || !applies(completing, { path, key, written }) ? [] : [keyItem(completing, { key, schema })];
  });
}

/** The key the cursor is on is no reason to leave it out. */
function keyTyped({ text, cursor }: Completing): string | undefined {
  return cursor.hasColon ? text.slice(cursor.range.start, cursor.range.end) : undefined;
}

/** Of the schema and, under `destination:`, of the connector. */
function keysKnown(completing: Completing, path: Path): ReadonlyMap<string, z.ZodType> {
  const own = keysAt(syncSchema, path);
  if (path[0] !== "destination") return own;
  const options = optionsOf(completing);
  return options === undefined ? own : new Map([...own, ...keysAt(options, path.slice(1))]);
}

/** The connector's own keys of `destination:`. */
export function optionsOf({ data, knowledge }: Completing): z.ZodObject | undefined {
  const name = recordAt(data, ["destination"])["connection"];
  const connection = knowledge.connections.find((each) => each.kind === "destination" && each.name === name);
  return connection === undefined ? undefined : destinationOf(connection.type)?.options;
}

interface Candidate {
  readonly path: Path;
  readonly key: string;
  readonly written: ReadonlySet<string>;
}

function applies({ data, knowledge }: Completing, { path, key, written }: Candidate): boolean {
  if (path.length === 0) {
    const mode = (keysOfMode as Readonly<Record<string, string>>)[key];
    return mode === undefined || typeof data["mode"] !== "string" || data["mode"] === mode;
  }
  if (path[0] === "model") return !sources.includes(key) || !sources.some((source) => written.has(source));
  if (path[0] === "destination" && key === "match") {
    return objectNamed(knowledge, recordAt(data, ["destination"])["object"])?.match !== "none";
  }
  if (path[0] !== "fields" || path.length !== 2) return true;
  const isLookup = written.has("lookup");
  const source = kinds.find((kind) => written.has(kind));
  if (key === "by" || key === "missing") return isLookup;
  if (key === "values") return !isLookup && (source === undefined || source === "column" || source === "sql");
  if (key === "default") return written.has("values");
  if (key === "column") return source === undefined || isLookup;
  if (key === "lookup") return source === undefined || (source === "column" && !written.has("values"));
  return !kinds.includes(key) || source === undefined;
}

function keyItem(
  completing: Completing,
  { key, schema }: { readonly key: string; readonly schema: z.ZodType },
): ItemParts {
  const { cursor, data } = completing;
  const isRequired = !schema.safeParse(undefined).success || isNeeded(cursor.path, key, data);
  const { insert, again } = cursor.hasColon ? { insert: literal(key), again: false } : keyText(completing, key, schema);
  return {
    label: key,
    kind: "key",
    rank: isRequired ? 1 : 3,
    insert,
    ...(again ? { again: true } : {}),
    ...(isRequired ? { detail: " required" } : {}),
    documentation: schema.description === undefined ? [] : [schema.description],
  };
}

/** Required by another key. */
function isNeeded(path: Path, key: string, data: Readonly<Record<string, unknown>>): boolean {
  if (path.length === 0) return key === "on_removed" && data["mode"] === "mirror";
  if (path[0] === "fields" && path.length === 2)
    return (key === "by" || key === "column") && "lookup" in recordAt(data, path);
  return false;
}

/** The key with its colon and the beginning of its value. */
function keyText({ cursor }: Completing, key: string, schema: z.ZodType): { insert: string; again: boolean } {
  const name = `${literal(plainOrQuoted(key))}:`;
  if (key === "template") return { insert: `${name} "{{ \${1} }}"$0`, again: true };
  if (key === "sql") return { insert: cursor.flow ? `${name} "$1"$0` : `${name} |\n  $0`, again: cursor.flow };
  const isMap = schemasAt(schema, []).some((each) => each instanceof z.ZodObject || each instanceof z.ZodRecord);
  const isList = schemasAt(schema, []).every((each) => each instanceof z.ZodArray);
  if (isMap) return { insert: cursor.flow ? `${name} { $1 }$0` : `${name}\n  $0`, again: true };
  if (isList) return { insert: `${name} [$1]$0`, again: true };
  return { insert: `${name} `, again: true };
}

function fieldKeys(completing: Completing, written: ReadonlySet<string>): readonly ItemParts[] {
  const { data, knowledge, cursor } = completing;
  const object = objectNamed(knowledge, recordAt(data, ["destination"])["object"]);
  const own = keyTyped(completing);
  const columns = knowledge.columns ?? [];
  if (object === undefined || object.fields.length === 0) return freeFields(completing, written);
  const match = recordAt(data, ["destination"])["match"];
  const free = object.fields.filter(
    (field) => (field.readOnly !== true || field.name === match) && (!written.has(field.name) || field.name === own),
  );
  return free.map((field) => {
    const column = columnFor(field, columns);
    return {
      label: field.name,
      kind: "field",
      rank: rankOf(field, { match, hasColumn: column !== undefined }),
      insert: cursor.hasColon ? literal(plainOrQuoted(field.name)) : `${literal(plainOrQuoted(field.name))}: `,
      ...(cursor.hasColon ? {} : { again: true as const }),
      description: field.label === field.name ? undefined : field.label,
      detail: ` ${[typeOf(field), ...traits(field).slice(0, 2)].join(", ")}`,
      documentation: [
        ...aboutField(field, object),
        ...(column === undefined ? [] : [`The model has the column ${column.name}.`]),
      ],
      words: [field.label],
    };
  });
}

function rankOf(field: FieldSchema, { match, hasColumn }: { match: unknown; hasColumn: boolean }): number {
  if (field.name === match) return 0;
  if (field.required === true) return 1;
  return hasColumn ? 2 : 3;
}

/** Where the destination takes any field, each column suggests one of its own name. */
function freeFields({ knowledge, cursor }: Completing, written: ReadonlySet<string>): readonly ItemParts[] {
  return (knowledge.columns ?? [])
    .filter(({ name }) => !written.has(name))
    .map(({ name, native }) => ({
      label: name,
      kind: "field",
      rank: 2,
      insert: literal(plainOrQuoted(name)) + (cursor.hasColon ? "" : ": "),
      ...(cursor.hasColon ? {} : { again: true as const }),
      detail: ` ${native}`,
      documentation: [`Named like the column ${name}.`],
    }));
}

/** `values:`: the values that the column holds. */
function sampleKeys(completing: Completing, written: ReadonlySet<string>): readonly ItemParts[] {
  const { knowledge, data, cursor } = completing;
  const column = columnOf(recordAt(data, cursor.path.slice(0, 2))) ?? "";
  const facts = factsOf(knowledge, column);
  return (facts?.examples ?? [])
    .filter((value) => value !== null && typeof value !== "object")
    .map(shown)
    .filter((word) => !written.has(word) && !word.endsWith("…"))
    .map((word) => ({
      label: word,
      kind: "value",
      rank: 1,
      insert: literal(plainOrQuoted(word)) + (cursor.hasColon ? "" : ": "),
      ...(cursor.hasColon ? {} : { again: true as const }),
      detail: ` of ${column}`,
      documentation: aboutFacts(facts),
    }));
}
