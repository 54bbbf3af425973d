/** Values that may stand where the cursor is. */
import { z } from "zod";
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { destinationOf } from "../destinations/index";
import { type Path } from "../problem";
import { removals } from "../record";
import { schemasAt } from "../project/zod-walk";
import { syncSchema } from "../sync/schema";
import { type Completing } from "./complete";
import { keysFor, optionsOf } from "./complete-keys";
import { wordAt } from "./cursor";
import { aboutColumn, aboutConnection, aboutField, aboutObject, aboutValues, typeOf } from "./describe";
import { type ItemParts, literal, scalar } from "./items";
import { columnFor, factsOf, folded, type KnownConnection, objectNamed } from "./knowledge";
import { recordAt } from "./plain";

export function valuesFor(completing: Completing): readonly ItemParts[] {
  const { path } = completing.cursor;
  const [first, second, third] = path;
  switch (first) {
    case "model":
      if (second === "warehouse") return connections(completing, "warehouse");
      return second === "key" ? columns(completing) : [];
    case "destination":
      return ofDestination(completing);
    case "alerts":
      return third === "connection" ? connections(completing, "alerts") : bySchema(completing);
    case "after":
      return syncs(completing);
    case "tags":
      return tags(completing);
    case "fields":
      return ofField(completing);
    default:
      return bySchema(completing);
  }
}

function ofDestination(completing: Completing): readonly ItemParts[] {
  const { knowledge, cursor, data } = completing;
  const key = cursor.path[1];
  if (key === "connection") return connections(completing, "destination");
  if (key === "object") {
    return objects(
      completing,
      (knowledge.objects ?? []).filter(({ modes }) => modes.length > 0),
    );
  }
  if (key !== "match") return [...bySchema(completing), ...constants(completing, String(key))];
  const object = objectOfFile(completing);
  const mapped = new Set(Object.keys(recordAt(data, ["fields"])));
  return (object?.fields ?? [])
    .filter(({ unique }) => unique === true || object?.open === true)
    .map((field) => fieldItem(completing, field, object as ObjectSchema, mapped.has(field.name) ? 0 : 1));
}

function ofField(completing: Completing): readonly ItemParts[] {
  const { cursor, knowledge, data } = completing;
  const [, name, key] = cursor.path;
  if (cursor.path.length === 2) return [...columns(completing), ...mappingForms(completing)];
  if (key === "column") return columns(completing);
  if (key === "lookup") return objects(completing, knowledge.objects ?? []);
  if (key === "by") {
    const related = objectNamed(knowledge, recordAt(data, cursor.path.slice(0, 2))["lookup"]);
    return (related?.fields ?? []).map((field) =>
      fieldItem(completing, field, related as ObjectSchema, field.unique === true ? 0 : 1),
    );
  }
  if (key === "value" || key === "default" || (key === "values" && cursor.path.length === 4))
    return constants(completing, String(name));
  return bySchema(completing);
}

/** What a mapping can be besides a column. */
function mappingForms({ cursor }: Completing): readonly ItemParts[] {
  if (cursor.quote !== undefined) return [];
  const form = (label: string, insert: string, about: string): ItemParts => {
    return { label, kind: "snippet", rank: 6, insert, documentation: [about], again: true };
  };
  return [
    form("{ column }", "{ column: $1 }$0", "A column with more to say of it: nulls, write, values."),
    form("{ value }", "{ value: $1 }$0", "The same value for every record."),
    form("{ template }", '{ template: "{{ $1 }}" }$0', "Text with columns in it."),
    form("{ sql }", '{ sql: "$1" }$0', "An expression in the warehouse's SQL, over the model's columns."),
    form("{ values }", "{ column: $1, values: { $2 } }$0", "The value to send for each value of a column."),
    form("{ lookup }", "{ lookup: $1, by: $2, column: $3 }$0", "The id of a related record."),
  ];
}

export function columns(completing: Completing): readonly ItemParts[] {
  const { knowledge, cursor } = completing;
  const field = fieldAt(completing, String(cursor.path[1]));
  const isField = cursor.path[0] === "fields";
  const wanted = isField ? { name: String(cursor.path[1]), ...some(field?.label) } : undefined;
  const best = wanted === undefined ? undefined : columnFor(wanted, knowledge.columns ?? []);
  return (knowledge.columns ?? []).map((column) => {
    const facts = factsOf(knowledge, column.name);
    const isBest = column === best;
    const looksLikeKey = !isField && /(^|_)id$/i.test(column.name);
    return {
      label: column.name,
      kind: "column",
      rank: column.type === undefined ? 5 : isBest || looksLikeKey ? 0 : 1,
      insert: scalar(cursor, column.name),
      detail: ` ${column.native}`,
      documentation: aboutColumn(column, facts),
      ...(isBest ? { preselect: true as const } : {}),
      words: isBest ? [field?.name, field?.label] : [],
    };
  });
}

const some = (label: string | undefined) => (label === undefined ? {} : { label });

/** `alerts`: destinations that can carry them. */
function connections(
  { knowledge, cursor }: Completing,
  kind: KnownConnection["kind"] | "alerts",
): readonly ItemParts[] {
  return knowledge.connections
    .filter((connection) =>
      kind === "alerts" ? destinationOf(connection.type)?.alerting !== undefined : connection.kind === kind,
    )
    .map((connection) => ({
      label: connection.name,
      kind: "connection",
      rank: 0,
      insert: scalar(cursor, connection.name),
      description: connection.sandbox ? `${connection.label}, sandbox` : connection.label,
      documentation: aboutConnection(connection),
    }));
}

function objects({ cursor }: Completing, known: readonly ObjectSchema[]): readonly ItemParts[] {
  return known
    .filter(({ name }) => name !== "*")
    .map((object) => ({
      label: object.name,
      kind: "object",
      rank: 0,
      insert: scalar(cursor, object.name),
      description: object.label,
      documentation: aboutObject(object),
      words: [object.label],
    }));
}

function fieldItem({ cursor }: Completing, field: FieldSchema, object: ObjectSchema, rank: number): ItemParts {
  return {
    label: field.name,
    kind: "field",
    rank,
    insert: scalar(cursor, field.name),
    description: field.label,
    detail: ` ${typeOf(field)}`,
    documentation: aboutField(field, object),
    words: [field.label],
  };
}

function syncs({ knowledge, cursor, data }: Completing): readonly ItemParts[] {
  const taken = new Set([...listOf(data["after"]), data["name"]]);
  const wrap = (word: string) => (cursor.path.length === 1 && cursor.at === "value" ? `[${word}]` : word);
  return knowledge.syncs
    .filter(({ name }) => !taken.has(name))
    .map(({ name, file, description }) => ({
      label: name,
      kind: "sync",
      rank: 0,
      insert: wrap(scalar(cursor, name)),
      description: file,
      documentation: description === undefined ? [] : [description],
    }));
}

function tags({ knowledge, cursor, data }: Completing): readonly ItemParts[] {
  const taken = new Set(listOf(data["tags"]));
  const known = new Map<string, number>();
  for (const tag of knowledge.syncs.flatMap((sync) => sync.tags)) known.set(tag, (known.get(tag) ?? 0) + 1);
  const wrap = (word: string) => (cursor.path.length === 1 && cursor.at === "value" ? `[${word}]` : word);
  return [...known]
    .filter(([tag]) => !taken.has(tag))
    .map(([tag, uses]) => ({
      label: tag,
      kind: "value",
      rank: 0,
      insert: wrap(scalar(cursor, tag)),
      description: uses === 1 ? "one sync" : `${uses} syncs`,
    }));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Constants that a field takes. */
function constants(completing: Completing, name: string): readonly ItemParts[] {
  const { cursor } = completing;
  const field = fieldAt(completing, name);
  if (field?.type === "boolean" && (field.options ?? []).length === 0) return words(completing, ["true", "false"]);
  return (field?.options ?? []).map(({ value, label }) => ({
    label: value,
    kind: "option",
    rank: folded(value) === folded(String(cursor.path.at(-1))) ? 0 : 1,
    insert: scalar(cursor, value),
    description: label === value ? undefined : label,
    detail: ` of ${name}`,
    words: [label],
  }));
}

/** What the schema lists: an enumeration, true and false; of those the object offers. */
function bySchema(completing: Completing): readonly ItemParts[] {
  const { cursor } = completing;
  const { path } = cursor;
  const options = path[0] === "destination" ? optionsOf(completing) : undefined;
  const schemas = [...schemasAt(syncSchema, path), ...(options === undefined ? [] : schemasAt(options, path.slice(1)))];
  if (schemas.some((schema) => schema instanceof z.ZodObject) && typeof path.at(-1) === "number")
    return keysFor(completing);
  const listed = schemas.flatMap((schema): readonly string[] => {
    if (schema instanceof z.ZodEnum) return schema.options.map(String);
    if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
    return schema instanceof z.ZodBoolean ? ["true", "false"] : [];
  });
  return words(completing, offered(completing, path, listed));
}

function offered(completing: Completing, path: Path, listed: readonly string[]): readonly string[] {
  const object = objectOfFile(completing);
  if (object === undefined || path.length !== 1) return listed;
  if (path[0] === "mode") return listed.filter((mode) => (object.modes as readonly string[]).includes(mode));
  if (path[0] !== "on_removed") return listed;
  const kept = new Set<string>([...object.removals, "keep"]);
  return removals.filter((removal) => kept.has(removal));
}

function words({ cursor }: Completing, listed: readonly string[]): readonly ItemParts[] {
  const about = aboutValues[String(cursor.path.at(-1))];
  const plain = /^(true|false)$/;
  return listed.map((word) => ({
    label: word,
    kind: "value",
    rank: 0,
    insert: plain.test(word) && cursor.quote === undefined ? word : scalar(cursor, word),
    documentation: about?.[word] === undefined ? [] : [about[word]],
  }));
}

function objectOfFile({ knowledge, data }: Completing): ObjectSchema | undefined {
  return objectNamed(knowledge, recordAt(data, ["destination"])["object"]);
}

function fieldAt(completing: Completing, name: string): FieldSchema | undefined {
  return objectOfFile(completing)?.fields.find((field) => field.name === name);
}

/** Columns inside an expression or a template; undefined: the cursor is in neither. */
export function insideText(completing: Completing): readonly ItemParts[] | undefined {
  const { cursor, text, offset } = completing;
  const key = cursor.path.at(-1);
  if (cursor.at === "key" || cursor.path[0] !== "fields" || cursor.path.length !== 3) return undefined;
  if (key !== "sql" && key !== "template") return undefined;
  const found = columns({ ...completing, cursor: { ...cursor, path: ["fields", String(cursor.path[1]), "column"] } });
  const range = wordAt(text, offset);
  if (key === "sql") {
    if (cursor.at === "value" && cursor.typed === "" && cursor.quote === undefined && cursor.flow) return [];
    return found.map((item) => ({ ...item, insert: literal(sqlName(item.label)), range }));
  }
  const braces = /\{\{([^{}\n]*)$/.exec(text.slice(Math.max(0, offset - 200), offset));
  if (braces === null) return [];
  const inner = braces[1] ?? "";
  const start = offset - inner.trimStart().length;
  const after = /^([^{}\n"]*?)([ \t]*)(\}\}?)/.exec(text.slice(offset, offset + 200));
  const end = offset + (after?.[1] ?? /^[\p{L}\p{N}_]*/u.exec(text.slice(offset))?.[0] ?? "").length;
  const before = inner === "" ? " " : "";
  const close = after === null ? " }}" : after[3] === "}" ? (after[2] === "" ? " }" : "}") : after[2] === "" ? " " : "";
  return found.map((item) => ({
    ...item,
    insert: literal(`${before}${item.label}${close}`),
    range: { start, end },
  }));
}

function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
