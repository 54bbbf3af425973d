/** What reads and edits texts: a bundle of its own, loaded when the first text is to be read (see src/language.ts). */
import type * as Language from "../language";

let loaded: Promise<typeof Language> | undefined;

export function parsers(): Promise<typeof Language> {
  loaded ??= import("../language");
  return loaded;
}
