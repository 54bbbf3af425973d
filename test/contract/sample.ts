/**
 * What the contract suite writes to a destination. Everything is derived from the declaration; a file
 * `samples/<type>.ts` that exports `sample` replaces parts of it, such as the options that a sync must give.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { type z } from "zod";
import {
  type Config,
  type Destination,
  type FieldSchema,
  type FieldType,
  type ObjectSchema,
} from "../../src/destinations/destination";
import { type Json, type LogicalType, type Value } from "../../src/value";
import { databaseResponder } from "../support/database-bridge";
import { drive, inMemory, openFields, type Responder, sandboxed } from "../support/drive";

export interface Sample {
  /** The connection's keys, secrets with made-up values. */
  readonly config: Config;
  readonly options: Readonly<Record<string, unknown>>;
  readonly object: ObjectSchema;
  /** Empty: the object has none. */
  readonly match: string;
  /** Fields the sync maps. */
  readonly fields: readonly FieldSchema[];
  /** Wire values that the destination refuses in one record, whatever the others hold; absent: it takes anything. */
  readonly bad?: Readonly<Record<string, Json>>;
}

export async function sampleOf(destination: Destination, test?: Mocha.Context): Promise<Sample> {
  const own = await ownSample(destination.type, test);
  const config = own.config ?? madeUp(destination.connection);
  const options = destination.options.parse(own.options ?? {});
  const objects = drive(
    destination.describe(withoutSecrets(destination, config), options),
    responder(destination, config),
  );
  const object = own.object ?? (own.match === "" ? firstWritten(objects.result) : firstWithMatch(objects.result));
  const match = own.match ?? matchOf(object)?.name ?? "email";
  const fields = own.fields ?? fieldsOf(object, match);
  const email = fields.find(({ format }) => format === "email");
  const bad = own.bad ?? (email === undefined ? undefined : { [email.name]: "not an address" });
  return { config, options, object, match, fields, ...(bad === undefined ? {} : { bad }) };
}

/** A fresh simulator of the destination, files in memory, or an emptied database; it is given the credentials as the engine does. */
export function responder(destination: Destination, config: Config, sandbox = destination.sandbox?.()): Responder {
  if (destination.transport === "file") return inMemory(new Map());
  if (destination.transport === "database") return databaseResponder(destination, config);
  if (sandbox === undefined) throw new Error(`${destination.type} talks HTTP and needs a sandbox`);
  const plain = sandboxed(sandbox);
  return sandboxed(sandbox, drive(destination.authorize(config), plain).result.headers);
}

/** What every operation but `authorize` is given. */
export function withoutSecrets(destination: Destination, config: Config): Config {
  const shape = destination.connection.shape as Readonly<Record<string, z.ZodType>>;
  const entries = Object.entries(config);
  return Object.fromEntries(entries.map(([key, value]) => [key, isSecret(shape[key]) ? "" : value]));
}

export function isSecret(schema: z.ZodType | undefined): boolean {
  return schema?.meta()?.["secret"] === true;
}

/** The n-th record on the wire. */
export function recordOf({ fields, match }: Sample, n: number): Readonly<Record<string, Json>> {
  const values = fields.map(
    (field) => [field.name, field.name === match ? matchValue(field, n) : wireOf(field, n)] as const,
  );
  return Object.fromEntries(values.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export function matchValue(field: FieldSchema | undefined, n: number): string {
  return field?.format === "email" || field?.name === "email" ? `p${n}@x.io` : `p${n}`;
}

/** Canonical values of each logical type, the awkward ones among them. */
export const valuesOfType: Readonly<Record<LogicalType, readonly string[]>> = {
  text: [
    "a",
    "",
    " ",
    "é🙂\u0301",
    'quo"te',
    "line\r\nbreak",
    "back\\slash",
    "<b>&amp;",
    "'; --",
    "\u0000",
    "\u202eabc",
    "x".repeat(100_000),
  ],
  number: ["0", "-0.5", "10", "12345678901234567890", "0.1000000000000000055511151231257827", "1e+25"],
  boolean: ["true", "false"],
  date: ["2026-01-31", "0001-01-01", "9999-12-31"],
  timestamp: ["2026-01-31T10:00:00", "1969-12-31T23:59:59.999999"],
  instant: ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.123456Z"],
  json: ["{}", "[]", '{"a":[1,null,"x"]}', "[12345678901234567890]", '"text"'],
};
export const allValues: readonly Value[] = [
  null,
  ...Object.entries(valuesOfType).flatMap(([type, texts]) =>
    texts.map((text) => ({ type: type as LogicalType, text })),
  ),
];

type Own = Partial<Sample> | ((test: Mocha.Context | undefined) => Promise<Partial<Sample>>);

/** One that needs a server starts it. */
async function ownSample(type: string, test: Mocha.Context | undefined): Promise<Partial<Sample>> {
  const file = path.join(__dirname, "samples", `${type}.ts`);
  const { sample } = existsSync(file) ? ((await import(file)) as { readonly sample?: Own }) : {};
  return typeof sample === "function" ? sample(test) : (sample ?? {});
}

function madeUp(connection: z.ZodObject): Config {
  const secrets = Object.entries(connection.shape).filter(([, schema]) => isSecret(schema as z.ZodType));
  return Object.fromEntries(secrets.map(([key]) => [key, `secret-${key}`]));
}

function firstWithMatch(objects: readonly ObjectSchema[]): ObjectSchema {
  const found = objects.find(
    (object) => object.modes.includes("upsert") && (object.open === true || matchOf(object) !== undefined),
  );
  if (found === undefined) throw new Error("no object takes upsert by a match: give a sample of its own");
  return found;
}

function firstWritten(objects: readonly ObjectSchema[]): ObjectSchema {
  const found = objects.find(({ modes }) => modes.length > 0);
  if (found === undefined) throw new Error("no object can be written");
  return found;
}

function matchOf({ fields }: ObjectSchema): FieldSchema | undefined {
  return fields.find(({ unique, readOnly, type }) => unique === true && readOnly !== true && type === "text");
}

/** The match, what is required, and one field of each type; of an open object one for each logical type. */
function fieldsOf(object: ObjectSchema, match: string): readonly FieldSchema[] {
  if (object.open === true) {
    const types: Record<string, LogicalType> = { [match]: "text", email: "text" };
    for (const type of Object.keys(valuesOfType)) types[`a_${type}`] = type as LogicalType;
    return openFields(types);
  }
  const writable = object.fields.filter(({ readOnly }) => readOnly !== true);
  const chosen = writable.filter(({ name, required }) => name === match || required === true);
  for (const type of ["text", "integer", "number", "boolean", "date", "instant", "json"] satisfies FieldType[]) {
    const first = writable.find((field) => field.type === type && field.unique !== true && !chosen.includes(field));
    if (first !== undefined) chosen.push(first);
  }
  return chosen;
}

/** A value the field takes; undefined where only its owner could say one. */
function wireOf(field: FieldSchema, n: number): Json | undefined {
  if (field.format === "email" || field.name === "email") return `p${n}@x.io`;
  switch (field.type) {
    case "text":
      return `text ${n}`;
    case "integer":
    case "number":
      return n;
    case "boolean":
      return n % 2 === 0;
    case "date":
      return "2026-01-31";
    case "timestamp":
      return "2026-01-31T10:00:00";
    case "instant":
      return "2026-01-31T10:00:00Z";
    case "option":
    case "options":
      return field.options?.[0]?.value;
    case "reference":
      return undefined;
    case "json":
      return { n };
  }
}
