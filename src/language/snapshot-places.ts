/** Where a schema snapshot speaks of an object or a field. */
import { type Range } from "../problem";

/**
 * Snapshots are long, and written by one serialiser: objects and fields begin with their name, each on a line of its
 * own, objects less indented. undefined: there is none of this name, or the file was written by another hand.
 */
export function placeInSnapshot(text: string, object: string, field?: string): Range | undefined {
  const lines = /^([ \t]*)"name": ("(?:[^"\\]|\\.)*"),?\r?$/gm;
  let objectIndent: number | undefined;
  let inside = false;
  for (const match of text.matchAll(lines)) {
    const [line, { length: indent } = "", name = '""'] = match;
    objectIndent ??= indent;
    const isObject = indent === objectIndent;
    if (isObject && inside) return undefined;
    if (isObject) inside = name === JSON.stringify(object);
    const isIt = inside && (field === undefined ? isObject : !isObject && name === JSON.stringify(field));
    if (!isIt) continue;
    const start = match.index + line.indexOf(name, indent + 6) + 1;
    return { start, end: start + name.length - 2 };
  }
  return undefined;
}
