/** Words put in the place of others. */
import { type Fix, type Path } from "../problem";
import { type Places } from "./yaml-places";

/** A fix that writes another word in place of the value at a path. */
export function replacing(places: Pick<Places, "rangeOf">, path: Path, word: string): Fix {
  return { title: `Change to "${word}"`, edits: [{ range: places.rangeOf(path), text: plainOrQuoted(word) }] };
}

/** A word as YAML: quoted where it would otherwise mean something else. */
export function plainOrQuoted(word: string): string {
  const plain = /^[\p{L}_][\p{L}\p{N}_.\-/]*$/u.test(word) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(word);
  return plain ? word : JSON.stringify(word);
}
