/** Answers ${secret:NAME} and ${env:NAME} of a connection's keys. */
import { parseEnv } from "node:util";
import { type ZodType } from "zod";
import { SyncFailure } from "../failure";
import { type Problem } from "../problem";
import { typesNamed } from "./connection-types";
import { interpolation } from "./interpolation";
import { type ConnectionConfig, type SecretSource } from "./project";
import { isSecretAt } from "./zod-walk";

export interface Place {
  readonly connection: string;
  readonly target: string;
  /** The host the secret will be sent to, where the file says so. */
  readonly host?: string;
}

export interface ResolvedConfig {
  readonly config: Readonly<Record<string, unknown>>;
  /** Every value that must never be seen: to be redacted wherever it turns up. */
  readonly secrets: readonly string[];
  /** Names of the secrets asked for. */
  readonly names: readonly string[];
}

/**
 * The connection's keys with every reference answered. An environment variable that stands alone becomes a number or
 * true/false where the key's type wants one. Throws SyncFailure "missing-secret" or "missing-variable".
 */
export async function resolveConfig(
  connection: ConnectionConfig,
  source: SecretSource,
  place: Place,
): Promise<ResolvedConfig> {
  const secrets = new Set<string>();
  const answered = new Map<string, string>();
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(connection.keys)) {
    const resolved = await resolveValue(value, { source, place, secrets, answered });
    const types = typesNamed(connection.type);
    const schemas = types.flatMap((type) => type.connection.shape[key] ?? []);
    for (const type of types) for (const literal of secretTexts(type.connection, [key], resolved)) secrets.add(literal);
    const stoodAlone = typeof value === "string" && typeof resolved === "string" && resolved !== value;
    config[key] = stoodAlone ? fitted(resolved, schemas) : resolved;
  }
  secrets.delete("");
  return { config, secrets: [...secrets], names: [...answered.keys()] };
}

/** Texts below a key that its schema calls secret, wherever they came from. What only lies within a secret map may be public. */
function secretTexts(schema: ZodType, path: readonly string[], value: unknown): readonly string[] {
  if (typeof value === "string") return isSecretAt(schema, path) ? [value] : [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => secretTexts(schema, [...path, key], each));
}

interface Resolving {
  readonly source: SecretSource;
  readonly place: Place;
  readonly secrets: Set<string>;
  /** Secrets by name: each is asked for once. */
  readonly answered: Map<string, string>;
}

async function resolveValue(value: unknown, resolving: Resolving): Promise<unknown> {
  if (typeof value === "string") return resolveText(value, resolving);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const each of value as readonly unknown[]) items.push(await resolveValue(each, resolving));
    return items;
  }
  if (typeof value !== "object" || value === null) return value;
  const resolved: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) resolved[key] = await resolveValue(each, resolving);
  return resolved;
}

async function resolveText(text: string, { source, place, secrets, answered }: Resolving): Promise<string> {
  const { pieces, problems } = interpolation(text);
  // What could not be understood is a problem of the file; a run does not get here with it.
  if (problems.length > 0) return text;
  let resolved = "";
  for (const piece of pieces) {
    if (piece.kind === "text") {
      resolved += piece.text;
    } else if (piece.kind === "env") {
      resolved += source.env(piece.name) ?? missingVariable(piece.name, place);
    } else {
      const value =
        answered.get(piece.name) ?? (await source.secret(piece.name, place)) ?? missingSecret(piece.name, place);
      answered.set(piece.name, value);
      secrets.add(value);
      resolved += value;
    }
  }
  return resolved;
}

function missingSecret(name: string, place: Place): never {
  throw new SyncFailure(
    "missing-secret",
    `The connection "${place.connection}" needs the secret ${name}, and it is not set.`,
    `Set the environment variable ${name}, write ${name}=… into .env beside sluice.yaml, or run the command "Sluice: Set Secret" in VS Code.`,
  );
}

function missingVariable(name: string, place: Place): never {
  throw new SyncFailure(
    "missing-variable",
    `The connection "${place.connection}" needs the environment variable ${name}, and it is not set.`,
    `Set it, or write ${name}=… into .env beside sluice.yaml.`,
  );
}

/** Text as the key's type wants it: text if that will do, else a number or true/false. */
function fitted(text: string, schemas: readonly { safeParse(value: unknown): { success: boolean } }[]): unknown {
  const fits = (value: unknown) => schemas.some((schema) => schema.safeParse(value).success);
  if (schemas.length === 0 || fits(text)) return text;
  if (text.trim() !== "" && fits(Number(text))) return Number(text);
  if ((text === "true" || text === "false") && fits(text === "true")) return text === "true";
  return text;
}

/** The environment, then the text of .env. An empty variable counts as not set. */
export function environmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
  dotenv: string | undefined,
): SecretSource {
  const fromFile: Readonly<Record<string, string | undefined>> =
    dotenv === undefined ? {} : parseEnv(dotenv.replace(/^\ufeff/, ""));
  const find = (name: string) => own(env, name) || own(fromFile, name) || undefined;
  return { secret: (name) => Promise.resolve(find(name)), env: find };
}

function own(values: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A warning where git would take .env in, given the text of the project's .gitignore (undefined: there is none). */
export function envIgnoreProblem(gitignore: string | undefined): Problem | undefined {
  let ignored = false;
  for (const line of (gitignore ?? "").split(/\r?\n/)) {
    const pattern = line.replace(/^\ufeff/, "").trimEnd();
    if (pattern === "" || pattern.startsWith("#")) continue;
    const isNegative = pattern.startsWith("!");
    if (matchesEnv(isNegative ? pattern.slice(1) : pattern)) ignored = !isNegative;
  }
  if (ignored) return undefined;
  return {
    code: "env-not-ignored",
    severity: "warning",
    message: "Git does not ignore .env, which holds secrets. Add the line .env to .gitignore.",
    path: [],
    range: { start: 0, end: 0 },
  };
}

/** Does a pattern of .gitignore name the file .env beside it? */
function matchesEnv(pattern: string): boolean {
  const name = pattern.replace(/^(\*\*)?\//, "");
  if (name.includes("/")) return false;
  const expression = name
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  try {
    return new RegExp(`^${expression}$`).test(".env");
  } catch {
    return false;
  }
}
