import { type Path } from "../problem";

/**
 * The name of a secret that leaves the file: HUBSPOT_TOKEN for ["destinations", "hubspot", "token"]; a target's connection
 * carries the target's name too, since it may have a secret of its own.
 */
export function secretName(path: Path): string {
  const parts = path[0] === "targets" ? [path[1], ...path.slice(3)] : path.slice(1);
  const name = parts
    .join("_")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[A-Z]/.test(name) ? name : `SECRET_${name}`;
}

/** The connection that a key of it belongs to, however deep it lies. */
export function connectionOf(path: Path): string {
  return String(path[path[0] === "targets" ? 3 : 1] ?? "");
}
