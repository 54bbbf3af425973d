import { type Path } from "../problem";

/** `destinations.hubspot.token` → HUBSPOT_TOKEN: the name a secret gets that leaves the file. */
export function secretName(connection: Path, key: string): string {
  const name = `${String(connection.at(-1))}_${key}`.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
  return /^\d/.test(name) ? `_${name}` : name;
}
