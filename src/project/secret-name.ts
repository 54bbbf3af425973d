import { type Path } from "../problem";

/**
 * The name of a secret that leaves the file: HUBSPOT_TOKEN for ["destinations", "hubspot", "token"]; a target's connection
 * carries the target's name too, since it may have a secret of its own.
 */
export function secretName(path: Path): string {
  const parts = path[0] === "targets" ? [path[1], ...path.slice(-2)] : path.slice(-2);
  const name = parts
    .join("_")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[A-Z]/.test(name) ? name : `SECRET_${name}`;
}
