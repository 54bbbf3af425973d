/** What only the project's other syncs show: two of one name, names in `after` that nobody has, and shared fields. */
import { type IndexedSync } from "../language/sync-index";
import { circleOf, isContested, type ObjectIdentity, sharedFields, type Writer } from "../language/writers";
import { type Fix, type Path, placeOf, type Problem } from "../problem";
import { defaultSyncName } from "../project/name";
import { closest, didYouMean, listed } from "../project/closest";
import { type ParsedSync, type SyncDefinition } from "../sync/definition";
import { type FileProblem, type RelatedPlace } from "./calls";
import { type ProjectIndex } from "./project-index";
import { located, type LoadedSync } from "./workspace";

/** Places that one problem leads to: who has so many rivals needs another plan, not another link. */
const mostRelated = 5;

export async function amongOthers(
  sync: LoadedSync,
  index: ProjectIndex,
  identityOf: ObjectIdentity,
): Promise<readonly FileProblem[]> {
  const { definition } = sync.parsed;
  const own = index.syncs.find(({ file }) => file === sync.file);
  if (definition === undefined || own === undefined) return [];
  const others = index.syncs.filter(({ file }) => file !== sync.file);
  const names = [
    ...twins(sync, definition, others),
    ...unknownNames(sync, definition, others),
    ...circles(sync, own, index),
  ];
  return [...located(sync.file, sync.text, names), ...(await contests(sync, own, index, identityOf))];
}

function twins(
  { file, parsed }: LoadedSync,
  { name }: SyncDefinition,
  others: readonly IndexedSync[],
): readonly Problem[] {
  const twin = others.find((other) => other.name === name);
  if (twin === undefined) return [];
  const message = `${twin.file} has the name "${name}" too. A name is a sync's identity: give one of them another.`;
  const own = defaultSyncName(file);
  const isFree = own !== name && others.every((other) => other.name !== own);
  const edits = isFree && parsed.textAt(["name"]) !== undefined ? parsed.removeAt(["name"]) : undefined;
  const fixes = some([guess(`Remove it: the file's name, "${own}", is free`, edits)]);
  const range = parsed.rangeOf(["name"]);
  return [{ code: "duplicate-name", severity: "error", message, path: ["name"], range, ...fixes }];
}

function unknownNames(
  { parsed }: LoadedSync,
  { after }: SyncDefinition,
  others: readonly IndexedSync[],
): readonly Problem[] {
  const names = others.map(({ name }) => name);
  return after.flatMap((name, index): readonly Problem[] => {
    if (names.includes(name)) return [];
    const path = ["after", index];
    const suggestion = closest(name, names);
    const message = `No sync is named "${name}".${didYouMean(suggestion)}`;
    const fixes = [
      suggestion === undefined ? undefined : fixOf(`Change to "${suggestion}"`, parsed.setAt(path, suggestion)),
    ];
    return [{ code: "unknown-sync", severity: "error", message, path, range: parsed.rangeOf(path), ...some(fixes) }];
  });
}

/** A circle has no first sync: `after` means nothing then. */
function circles({ parsed }: LoadedSync, own: IndexedSync, { syncs }: ProjectIndex): readonly Problem[] {
  const circle = circleOf(own, syncs);
  const next = own.after.findIndex(({ name }) => name === circle?.[1]);
  if (circle === undefined || next < 0) return [];
  const path = ["after", next];
  const way = [...circle, own.name].map((name) => `"${name}"`).join(" after ");
  const message = `These syncs wait for each other: ${way}. Take one of them out of \`after\`.`;
  const fixes = some([guess("Remove it", parsed.removeAt(path))]);
  return [{ code: "after-circle", severity: "warning", message, path, range: parsed.rangeOf(path), ...fixes }];
}

async function contests(
  { file, text, parsed }: LoadedSync,
  own: IndexedSync,
  index: ProjectIndex,
  identityOf: ObjectIdentity,
): Promise<readonly FileProblem[]> {
  const found: FileProblem[] = [];
  for (const { write, others } of sharedFields(own, index.syncs, identityOf)) {
    const rivals = others.filter((other) => isContested({ sync: own, write }, other));
    if (rivals.length === 0) continue;
    const path = ["fields", write.name];
    const who = listed(
      rivals.map(({ sync }) => sync.file),
      3,
    );
    const object = `${own.connection?.name} ${own.object?.name}`;
    const message = `${who} ${rivals.length === 1 ? "writes" : "write"} "${write.name}" of ${object} too: of a record that both sync, the run that was last wins. Let one of them write it, or only into empty fields.`;
    const problem: Problem = {
      code: "field-written-twice",
      severity: "warning",
      message,
      path,
      range: write.range,
      ...some(remedies(parsed, path)),
    };
    const related = await Promise.all(rivals.slice(0, mostRelated).map((rival) => relatedTo(rival, index)));
    found.push(...located(file, text, [problem]).map((each) => ({ ...each, related })));
  }
  return found;
}

function remedies(parsed: ParsedSync, path: Path): readonly (Fix | undefined)[] {
  const field = String(path.at(-1));
  const column = parsed.textAt(path);
  return [
    fixOf(
      "Write only into empty fields (write: if_empty)",
      column === undefined
        ? parsed.setAt([...path, "write"], "if_empty")
        : parsed.setAt(path, { column, write: "if_empty" }),
    ),
    fixOf(`Remove "${field}" here`, parsed.removeAt(path)),
  ];
}

async function relatedTo({ sync, write }: Writer, { read }: ProjectIndex): Promise<RelatedPlace> {
  const text = (await read(sync.file)) ?? "";
  const [start, end] = [placeOf(text, write.range.start), placeOf(text, write.range.end)];
  return {
    file: sync.file,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message: `"${sync.name}" writes "${write.name}" here.`,
  };
}

function fixOf(title: string, edits: Fix["edits"] | undefined): Fix | undefined {
  return edits === undefined ? undefined : { title, edits };
}

/** Another file may be the one to change. */
function guess(title: string, edits: Fix["edits"] | undefined): Fix | undefined {
  return edits === undefined ? undefined : { title, edits, preferred: false };
}

function some(fixes: readonly (Fix | undefined)[]): { readonly fixes?: readonly Fix[] } {
  const found = fixes.filter((fix) => fix !== undefined);
  return found.length === 0 ? {} : { fixes: found };
}
