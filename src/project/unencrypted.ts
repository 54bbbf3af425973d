/** A secret is not sent through a network in clear, where whoever carries it can read it: an address is https://, or this machine's. */
import { type Path, type Problem } from "../problem";
import { isThisMachine } from "./secret-host";
import { type Places } from "./yaml-places";
import { problemAt } from "./yaml-text";

/** The key by which a connection says that its network is to be trusted. */
export const allowHttp = "allow_http";

/** Would a secret sent to the address pass a network unencrypted, without the connection's own word that it may? */
export function isUnencrypted(address: string, keys: Readonly<Record<string, unknown>>): boolean {
  if (keys[allowHttp] === true || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !isThisMachine(hostname);
}

/** The same of what stands in the file: an address that a variable names is looked at when it is used. */
export function checkEncrypted(keys: Readonly<Record<string, unknown>>, path: Path, places: Places): Problem[] {
  const address = keys["base_url"];
  if (typeof address !== "string" || keys["sandbox"] === true || !isUnencrypted(address, keys)) return [];
  if (!/\$\{\s*secret:/.test(JSON.stringify(keys))) return [];
  const at = [...path, "base_url"];
  const message = `A secret would be sent to this address unencrypted. Write https://, or ${allowHttp}: true if you trust the whole network between.`;
  const range = places.rangeOf(at);
  const edit = { range, text: JSON.stringify(address.replace(/^http:/i, "https:")) };
  return [{ ...problemAt("unencrypted", message, at, range), fixes: [{ title: "Change to https://", edits: [edit] }] }];
}
