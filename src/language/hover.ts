/** What is said of the thing under the pointer, as plain lines. */
import { schemasAt, keysAt } from "../project/zod-walk";
import { readYaml } from "../project/yaml-text";
import { type Range } from "../problem";
import { syncSchema } from "../sync/schema";
import { type Cursor, cursorAt, unquoted, wordAt } from "./cursor";
import { destinationOf } from "../destinations/index";
import { aboutColumn, aboutConnection, aboutField, aboutObject, aboutValues } from "./describe";
import { factsOf, type Knowledge, objectNamed } from "./knowledge";
import { columnOf, type PlainRecord, recordAt, recordOf } from "./plain";

export interface Hover {
  readonly range: Range;
  readonly lines: readonly string[];
}

interface Pointed {
  readonly cursor: Cursor;
  readonly word: string;
  readonly data: PlainRecord;
  readonly knowledge: Knowledge;
}

/** Never throws, whatever the text. undefined: there is nothing to say. */
export function hover(text: string, offset: number, knowledge: Knowledge): Hover | undefined {
  const cursor = cursorAt(text, offset);
  const data = recordOf(readYaml(text).data) ?? {};
  const key = cursor.path.at(-1);
  const isInside = cursor.path[0] === "fields" && (key === "sql" || key === "template") && cursor.at !== "key";
  const range = isInside ? wordAt(text, offset) : cursor.range;
  const word = unquoted(text.slice(range.start, range.end));
  if (word === "" || cursor.at === "comment" || (cursor.at === "block" && !isInside)) return undefined;
  const pointed: Pointed = { cursor, word, data, knowledge };
  const lines = isInside ? ofColumn(pointed) : cursor.at === "key" ? ofKey(pointed) : ofValue(pointed);
  return lines.length === 0 ? undefined : { range, lines };
}

function ofKey({ cursor: { path, hasColon }, word, data, knowledge }: Pointed): readonly string[] {
  if (!hasColon) return [];
  const object = objectOfFile(data, knowledge);
  if (path.length === 1 && path[0] === "fields") {
    const field = object?.fields.find(({ name }) => name === word);
    const from = sourceOf(recordAt(data, ["fields"])[word]);
    return [
      ...(field === undefined || object === undefined ? [] : aboutField(field, object)),
      ...(from === undefined ? [] : [`Filled from ${from}`]),
    ];
  }
  if (path[0] === "fields" && path[2] === "values") {
    const option = object?.fields.find(({ name }) => name === path[1]);
    return option === undefined ? [] : [`The model's value ${word}`];
  }
  const options = path[0] === "destination" ? optionsOf(data, knowledge) : undefined;
  const schema = keysAt(syncSchema, path).get(word) ?? (options && keysAt(options, path.slice(1)).get(word));
  return schema?.description === undefined ? [] : [schema.description];
}

function ofValue(pointed: Pointed): readonly string[] {
  const { cursor, word, data, knowledge } = pointed;
  const [first, second, third] = cursor.path;
  const key = String(cursor.path.at(-1));
  const object = objectOfFile(data, knowledge);
  if (key === "connection" || (first === "model" && second === "warehouse")) {
    const connection = knowledge.connections.find(({ name }) => name === word);
    return connection === undefined ? [] : aboutConnection(connection);
  }
  if (first === "model" && second === "key") return ofColumn(pointed);
  if (first === "destination" && second === "object") return ofObject(knowledge, word);
  if (first === "destination" && second === "match") return ofField(word, object);
  if (first === "after") {
    const sync = knowledge.syncs.find(({ name }) => name === word);
    return sync === undefined ? [] : [`The sync ${sync.name}, in ${sync.file}`, ...some(sync.description)];
  }
  if (first === "fields") {
    if (cursor.path.length === 2 || third === "column") return ofColumn(pointed);
    if (third === "lookup") return ofObject(knowledge, word);
    if (third === "by")
      return ofField(word, objectNamed(knowledge, recordAt(data, ["fields", String(second)])["lookup"]));
    if (third === "value" || third === "default" || third === "values") return ofOption(pointed, object);
  }
  const about = aboutValues[key]?.[word];
  if (about === undefined || schemasAt(syncSchema, cursor.path).length === 0) return [];
  return key === "mode" ? [about, ...here(data, knowledge)] : [about];
}

function ofColumn({ word, data, knowledge }: Pointed): readonly string[] {
  const column = knowledge.columns?.find(({ name }) => name === word);
  if (column === undefined) return [];
  const fields = Object.entries(recordAt(data, ["fields"]))
    .filter(([, mapping]) => columnOf(mapping) === word)
    .map(([field]) => field);
  return [
    ...aboutColumn(column, factsOf(knowledge, word)),
    ...(fields.length === 0 ? [] : [`Fills ${fields.join(", ")}`]),
  ];
}

function ofOption({ cursor, word }: Pointed, object: ReturnType<typeof objectNamed>): readonly string[] {
  const field = object?.fields.find(({ name }) => name === cursor.path[1]);
  const option = field?.options?.find(({ value }) => value === word);
  if (option === undefined) return [];
  return [`${option.label ?? option.value}: an option of ${field?.label ?? field?.name ?? ""}`];
}

function ofObject(knowledge: Knowledge, name: string): readonly string[] {
  const object = knowledge.objects?.find((each) => each.name === name);
  return object === undefined ? [] : aboutObject(object);
}

function ofField(name: string, object: ReturnType<typeof objectNamed>): readonly string[] {
  const field = object?.fields.find((each) => each.name === name);
  return field === undefined || object === undefined ? [] : aboutField(field, object);
}

/** What the mode would work on here. */
function here(data: PlainRecord, knowledge: Knowledge): readonly string[] {
  const { connection, object: name, match } = recordAt(data, ["destination"]);
  if (typeof connection !== "string" || typeof name !== "string") return [];
  const label = objectNamed(knowledge, name)?.label ?? name;
  return [`Here: ${label} of ${connection}${typeof match === "string" ? `, matched by ${match}` : ""}`];
}

/** A mapping in a few words. */
export function sourceOf(mapping: unknown): string | undefined {
  if (typeof mapping === "string") return `the column ${mapping}`;
  const keys = recordOf(mapping);
  if (keys === undefined) return undefined;
  if ("lookup" in keys) return `a lookup in ${String(keys["lookup"])}`;
  const column = columnOf(mapping);
  if (column !== undefined) return `the column ${column}${"values" in keys ? ", by a table of values" : ""}`;
  if ("sql" in keys) return `the expression ${String(keys["sql"])}`;
  if ("template" in keys) return `the template ${String(keys["template"])}`;
  return "value" in keys ? `the value ${JSON.stringify(keys["value"])}` : undefined;
}

function objectOfFile(data: PlainRecord, knowledge: Knowledge) {
  return objectNamed(knowledge, recordAt(data, ["destination"])["object"]);
}

function optionsOf(data: PlainRecord, knowledge: Knowledge) {
  const name = recordAt(data, ["destination"])["connection"];
  const connection = knowledge.connections.find((each) => each.kind === "destination" && each.name === name);
  return connection === undefined ? undefined : destinationOf(connection.type)?.options;
}

const some = (line: string | undefined): readonly string[] => (line === undefined ? [] : [line]);
