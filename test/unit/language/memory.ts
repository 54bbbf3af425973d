/** A project in memory, with a cursor ¦ in one file and expected places between ‹ and ›. */
import assert from "node:assert/strict";
import { type Spot } from "../../../src/language/navigation";
import { type ProjectText, subjectAt, type Subject } from "../../../src/language/subject";
import { indexSync, type IndexedSync } from "../../../src/language/sync-index";
import { unmarked } from "./marked";

export interface MemoryProject {
  readonly project: ProjectText;
  readonly texts: Readonly<Record<string, string>>;
  /** The places between ‹ and ›, in order. */
  readonly expected: readonly Spot[];
  readonly cursor: { readonly file: string; readonly offset: number };
}

const identity = ({ connection, object, options }: IndexedSync): string =>
  JSON.stringify([connection?.name, object?.name, options["path"]]);

export function memoryProject(files: Readonly<Record<string, string>>): MemoryProject {
  const read = Object.entries(files).map(([file, marked]) => ({ file, ...unmarked(marked) }));
  const texts = Object.fromEntries(read.map(({ file, text }) => [file, text]));
  const syncs = read.filter(({ file }) => file.endsWith(".sync.yaml")).map(({ file, text }) => indexSync(file, text));
  const at = read.find(({ cursor }) => cursor >= 0);
  return {
    project: { syncs, identityOf: identity, read: (file) => Promise.resolve(texts[file]) },
    texts,
    expected: sorted(read.flatMap(({ file, ranges }) => ranges.map((range) => ({ file, range })))),
    cursor: { file: at?.file ?? "", offset: at?.cursor ?? -1 },
  };
}

export async function subjectOf({ project, cursor }: MemoryProject): Promise<Subject> {
  return (await subjectAt(project, cursor.file, cursor.offset)) ?? assert.fail("nothing is there");
}

export function sorted(spots: readonly Spot[]): readonly Spot[] {
  return [...spots].sort((a, b) => (a.file === b.file ? a.range.start - b.range.start : a.file < b.file ? -1 : 1));
}
