/** Checks one connection of a project file against its type's declaration. */
import { type Fix, type Path, type Problem } from "../problem";
import { closest, didYouMean, listed } from "./closest";
import { conform, named, valueAt } from "./conform";
import { choosing, type ConformEdits } from "./conform-fixes";
import { type ConnectionKind, type ConnectionTypes, keysOf } from "./connection-types";
import { interpolation, isInterpolated } from "./interpolation";
import { secretName } from "./secret-name";
import { checkEncrypted } from "./unencrypted";
import { type Places } from "./yaml-places";
import { problemAt } from "./yaml-text";
import { isSecret, isSecretAt, schemasAt } from "./zod-walk";

export interface ConnectionInput {
  readonly kind: ConnectionKind;
  /** As written, `type` included. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly path: Path;
  readonly places: Places & ConformEdits;
  readonly types: ConnectionTypes;
}

export function checkConnection(input: ConnectionInput): Problem[] {
  const { kind, keys, path, places, types } = input;
  const references = checkReferences(keys, path, places);
  const { type, ...rest } = keys;
  if (typeof type !== "string" || type === "") return references;
  const declared = types[kind].find((each) => each.type === type);
  if (declared === undefined) return [unknownType(input, type), ...references];
  const schema = keysOf(kind, declared);
  const isSandbox = kind === "destinations" && rest["sandbox"] === true;
  const problems = conform(schema, rest, places, path).filter((problem) => {
    const below = problem.path.slice(path.length);
    if (problem.code === "unknown-key" || below[0] === "sandbox") return true;
    if (isInterpolated(valueAt(rest, below))) return false;
    // The simulator takes any credentials, and so none.
    const aboutSecrets = below.length === 0 || schemasAt(schema, below).some(isSecret) || isSecretKey(schema, below);
    return !(isSandbox && aboutSecrets && (problem.code === "missing-key" || below.length === 0));
  });
  const clear = kind === "destinations" ? checkEncrypted(rest, path, places) : [];
  return [...problems, ...literalSecrets(rest, schema, input), ...clear, ...references];
}

function unknownType({ kind, path, places, types }: ConnectionInput, type: string): Problem {
  const at = [...path, "type"];
  const known = types[kind].map((each) => each.type);
  const suggestion = closest(type, known);
  const otherKind: ConnectionKind = kind === "warehouses" ? "destinations" : "warehouses";
  const isElsewhere = types[otherKind].some((each) => each.type === type);
  const elsewhere = isElsewhere ? ` It belongs under ${otherKind}.` : "";
  const remedy = elsewhere || didYouMean(suggestion) || ` There are ${listed(known)}.`;
  const message = `There is no type "${type}" of ${kind.slice(0, -1)}.${remedy}`;
  const fixes: readonly Fix[] = isElsewhere ? [] : choosing({ places, path: at, value: type }, known);
  return { ...problemAt("unknown-type", message, at, places.rangeOf(at)), ...(fixes.length === 0 ? {} : { fixes }) };
}

type Schema = ReturnType<typeof keysOf>;

function isSecretKey(schema: Schema, below: Path): boolean {
  const [key] = below;
  const declared = typeof key === "string" ? schema.shape[key] : undefined;
  return declared !== undefined && isSecret(declared);
}

/** Secrets belong neither into a file nor into its history. */
function literalSecrets(keys: unknown, schema: Schema, input: ConnectionInput, below: Path = []): Problem[] {
  if (typeof keys !== "object" || keys === null || Array.isArray(keys)) return [];
  return Object.entries(keys).flatMap(([key, value]) => {
    const path = [...below, key];
    if (typeof value === "object") return literalSecrets(value, schema, input, path);
    const isLiteral =
      typeof value === "number" || (typeof value === "string" && value !== "" && !isInterpolated(value));
    if (!isLiteral || !isSecretAt(schema, path)) return [];
    const at = [...input.path, ...path];
    const message = `${named(at)} is a secret and is written out here. Move it to .env or VS Code's secret storage, and write \${secret:${secretName(at)}}.`;
    const fixes: readonly Fix[] = [{ title: "Move the secret out of the file", action: "store-secret" }];
    return [{ ...problemAt("literal-secret", message, at, input.places.rangeOf(at)), fixes }];
  });
}

function checkReferences(value: unknown, path: Path, places: Places): Problem[] {
  if (typeof value === "string") {
    return interpolation(value).problems.map(({ message, start, end }) => {
      const range = { start: places.offsetInScalar(path, start), end: places.offsetInScalar(path, end) };
      const fixes = mendedReferences(value.slice(start, end)).map((text, _, all) => {
        return { title: `Change to ${text}`, edits: [{ range, text }], preferred: all.length === 1 };
      });
      return { ...problemAt("bad-interpolation", message, path, range), ...(fixes.length === 0 ? {} : { fixes }) };
    });
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    checkReferences(each, [...path, Array.isArray(value) ? Number(key) : key], places),
  );
}

/** `${TOKEN}` is a secret or a variable; a name holds no dash, and a brace is closed. */
function mendedReferences(written: string): readonly string[] {
  const [, kind, name = ""] = /^\$\{\s*(?:(secret|env)\s*[:.]\s*)?([A-Za-z_][\w.-]*)\s*\}?$/i.exec(written) ?? [];
  if (name === "" || (kind === undefined && /^(secret|env)$/i.test(name))) return [];
  const kinds = kind === undefined ? ["secret", "env"] : [kind.toLowerCase()];
  return kinds.map((each) => `\${${each}:${name.replace(/[^A-Za-z0-9_]/g, "_")}}`);
}
