/** How a secret is named and written down in .env. */
import { type Path } from "../../problem";

/** HUBSPOT_TOKEN for ["destinations", "hubspot", "token"]; a target's connection carries the target's name too. */
export function secretName(path: Path): string {
  const parts = path[0] === "targets" ? [path[1], ...path.slice(-2)] : path.slice(-2);
  const name = parts
    .join("_")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[A-Z]/.test(name) ? name : `SECRET_${name}`;
}

/** A line of .env that reads back as the value. */
export function envLine(name: string, value: string): string {
  if (/^[\w.:/@+=-]*$/.test(value)) return `${name}=${value}`;
  const quote = ["'", '"', "`"].find((mark) => !value.includes(mark));
  return quote === undefined ? `${name}=${value}` : `${name}=${quote}${value}${quote}`;
}
