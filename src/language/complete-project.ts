/** Completion of sluice.yaml: keys and values of the project and of each type of connection, as the registries declare them. */
import { z } from "zod";
import { destinationOf } from "../destinations/index";
import { type Path } from "../problem";
import { plainOrQuoted } from "../project/conform";
import {
  type ConnectionKind,
  type ConnectionType,
  type ConnectionTypes,
  keysOf,
  registered,
} from "../project/connection-types";
import { projectSchema } from "../project/schema";
import { secretName } from "../project/secret-name";
import { readYaml } from "../project/yaml-text";
import { isSecret, keysAt, schemasAt } from "../project/zod-walk";
import { type Cursor, cursorAt } from "./cursor";
import { type CompletionItem, type ItemParts, itemsAt, literal, scalar } from "./items";
import { type PlainRecord, recordAt, recordOf } from "./plain";
import { readableRest } from "./rest";

interface Writing {
  readonly text: string;
  readonly cursor: Cursor;
  readonly data: PlainRecord;
  readonly types: ConnectionTypes;
}

/** Never throws, whatever the text. */
export function completeProject(
  text: string,
  offset: number,
  types: ConnectionTypes = registered,
): readonly CompletionItem[] {
  const cursor = cursorAt(text, offset);
  if (cursor.at === "comment" || cursor.at === "block") return [];
  const data = recordOf(readYaml(readableRest(text, offset)).data) ?? {};
  const writing: Writing = { text, cursor, data, types };
  return itemsAt(cursor, cursor.at === "key" ? keys(writing) : values(writing));
}

/** A path without the target it is of. */
export function withoutTarget(path: Path): Path {
  return path[0] === "targets" && path.length > 1 ? path.slice(2) : path;
}

export function kindAt(path: Path): ConnectionKind | undefined {
  const [first] = withoutTarget(path);
  return first === "warehouses" || first === "destinations" ? first : undefined;
}

/** The type of the connection that a path leads into. */
export function typeAt(data: PlainRecord, path: Path, types: ConnectionTypes): ConnectionType | undefined {
  const kind = kindAt(path);
  const depth = path.length - withoutTarget(path).length + 2;
  if (kind === undefined || path.length < depth) return undefined;
  const { type } = recordAt(data, path.slice(0, depth));
  return types[kind].find((each) => each.type === type);
}

/** The keys that may stand in a map of the file. */
export function projectKeysAt(data: PlainRecord, path: Path, types: ConnectionTypes): ReadonlyMap<string, z.ZodType> {
  const kind = kindAt(path);
  const below = withoutTarget(path);
  const own = keysAt(projectSchema, path);
  if (kind === undefined || below.length < 2) return own;
  const declared = typeAt(data, path, types);
  if (declared === undefined) return below.length === 2 ? own : new Map();
  const inside = keysAt(keysOf(kind, declared), below.slice(2));
  return below.length === 2 ? new Map([...own, ...inside]) : inside;
}

function keys(writing: Writing): readonly ItemParts[] {
  const { cursor, data, types } = writing;
  const below = withoutTarget(cursor.path);
  const kind = kindAt(cursor.path);
  const written = new Set([...Object.keys(recordAt(data, cursor.path)), ...cursor.siblings]);
  if (kind !== undefined && below.length === 1)
    return [...overridden(writing, kind, written), ...newConnections(writing, kind)];
  return [...projectKeysAt(data, cursor.path, types)].flatMap(([key, schema]) => {
    if (written.has(key) && !cursor.hasColon) return [];
    const isRequired = !schema.safeParse(undefined).success;
    const name = `${literal(plainOrQuoted(key))}:`;
    const isMap = schemasAt(schema, []).every((each) => each instanceof z.ZodObject || each instanceof z.ZodRecord);
    const deeper = cursor.flow ? `${name} { $1 }$0` : `${name}\n  $0`;
    const detail = [...(isRequired ? ["required"] : []), ...(isSecret(schema) ? ["secret"] : [])].join(", ");
    return [
      {
        label: key,
        kind: "key" as const,
        rank: isRequired ? 1 : 3,
        insert: cursor.hasColon ? literal(key) : isMap ? deeper : `${name} `,
        ...(cursor.hasColon ? {} : { again: true as const }),
        ...(detail === "" ? {} : { detail: ` ${detail}` }),
        documentation: schema.description === undefined ? [] : [schema.description],
      },
    ];
  });
}

/** In a target: the connections it may replace. */
function overridden(
  { cursor, data }: Writing,
  kind: ConnectionKind,
  written: ReadonlySet<string>,
): readonly ItemParts[] {
  if (cursor.path[0] !== "targets") return [];
  return Object.keys(recordAt(data, [kind]))
    .filter((name) => !written.has(name))
    .map((name) => ({
      label: name,
      kind: "connection",
      rank: 1,
      insert: cursor.hasColon ? literal(plainOrQuoted(name)) : `${literal(plainOrQuoted(name))}:\n  $0`,
      documentation: [`Replaces the connection ${name} in this target.`],
    }));
}

/** A connection of each type, with the keys it needs. */
function newConnections({ cursor, types }: Writing, kind: ConnectionKind): readonly ItemParts[] {
  if (cursor.hasColon || cursor.flow) return [];
  return types[kind].map((declared) => {
    const needed = Object.entries(declared.connection.shape as Readonly<Record<string, z.ZodType>>).filter(
      ([, schema]) => !schema.safeParse(undefined).success,
    );
    const lines = needed.map(([key, schema], index) =>
      isSecret(schema)
        ? `\n  ${key}: ${literal(`"\${secret:${secretName([kind, declared.type, key])}}"`)}`
        : `\n  ${key}: $${index + 2}`,
    );
    return {
      label: declared.type,
      kind: "snippet",
      rank: 2,
      insert: `\${1:${declared.type}}:\n  type: ${declared.type}${lines.join("")}$0`,
      description: declared.label,
      documentation: [`A connection to ${declared.label}.`],
      words: [declared.label],
    };
  });
}

function values(writing: Writing): readonly ItemParts[] {
  const { cursor, data, types } = writing;
  const { path } = cursor;
  const below = withoutTarget(path);
  const kind = kindAt(path);
  if (path.length === 1 && path[0] === "default_target")
    return Object.keys(recordAt(data, ["targets"])).map((name) => word(writing, name, 1));
  if (below[0] === "alerts" && below.at(-1) === "connection")
    return alerting(writing).map((name) => word(writing, name, 1));
  if (kind !== undefined && below.length === 3 && below[2] === "type") {
    return types[kind].map(({ type, label }) => ({
      ...word(writing, type, 1),
      description: label,
      words: [label],
    }));
  }
  const isItem = typeof path.at(-1) === "number" || cursor.flow;
  const items = isItem && kind === undefined ? schemasAt(projectSchema, path) : [];
  if (items.some((each) => each instanceof z.ZodObject)) return keys(writing);
  if (items.length > 0) return items.flatMap(listedBy).map((each) => word(writing, each, 1));
  const key = String(path.at(-1));
  const schema = projectKeysAt(data, path.slice(0, -1), types).get(key);
  const offered = schema === undefined ? [] : choices(schema).map((each) => word(writing, each, 1));
  return kind !== undefined && below.length > 2 ? [...offered, ...references(writing, schema)] : offered;
}

/** Connections that can carry alerts: the project's and, in a target, the target's. */
function alerting({ cursor, data }: Writing): readonly string[] {
  const { path } = cursor;
  const target = path[0] === "targets" ? recordAt(data, [...path.slice(0, 2), "destinations"]) : {};
  const all = { ...recordAt(data, ["destinations"]), ...target };
  return Object.keys(all).filter(
    (name) => destinationOf(String(recordOf(all[name])?.["type"]))?.alerting !== undefined,
  );
}

function word({ cursor }: Writing, value: string, rank: number): ItemParts {
  const isPlain = /^(true|false|\d+)$/.test(value) && cursor.quote === undefined;
  return { label: value, kind: "value", rank, insert: isPlain ? value : scalar(cursor, value) };
}

function choices(schema: z.ZodType): readonly string[] {
  return schemasAt(schema, []).flatMap(listedBy);
}

function listedBy(schema: ReturnType<typeof schemasAt>[number]): readonly string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return schema instanceof z.ZodBoolean ? ["true", "false"] : [];
}

/** Secrets and variables: the one a secret key is usually called, then those the file names already. */
function references({ text, cursor }: Writing, schema: z.ZodType | undefined): readonly ItemParts[] {
  const own = schema !== undefined && isSecret(schema) ? [`\${secret:${secretName(cursor.path)}}`] : [];
  const used = [...text.matchAll(/\$\{(?:secret|env):[A-Za-z_]\w*\}/g)].map(([reference]) => reference);
  return [...new Set([...own, ...used.sort()])].map((reference) => ({
    label: reference,
    kind: "secret",
    rank: own.includes(reference) ? 2 : schema !== undefined && isSecret(schema) ? 3 : 5,
    insert: scalar(cursor, reference),
    documentation: [
      reference.startsWith("${secret:")
        ? "A secret of .env or of VS Code."
        : "A variable of the environment or of .env.",
    ],
  }));
}
