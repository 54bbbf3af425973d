/** The smallest text edits for what a user means; or why they cannot be made, in a sentence. */
import { type Path } from "../problem";
import { difference } from "../project/yaml-edit";
import { readYaml } from "../project/yaml-text";
import { applyEdits, type MappingText, removeField, removeKey, renameField, setFields, setScalar } from "./edit";
import { type TextEdit } from "./edit";
import { type Intent, type Setting } from "./intent";
import { keysOfMode } from "./parse-rules";

export type Applied = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

const unreadable = "The file cannot be read as YAML just now, so it is not changed. Mend the text first.";
const uncertain =
  "This place cannot be changed here with certainty: it is shared by an alias, or written in an unusual way. Change it in the text.";

/** Each is read back before it is given: it means what was asked, and changes the meaning of nothing else. */
export function applyIntent(text: string, intent: Intent): Applied {
  const { problems, data } = readYaml(text);
  if (problems.length > 0) return { refused: unreadable };
  const fields = mapAt(data, "fields");
  switch (intent.intent) {
    case "map":
      return map(text, fields, [intent]);
    case "map-all":
      return map(text, fields, intent.mappings);
    case "unmap":
      return Object.hasOwn(fields, intent.field) ? made(removeField(text, intent.field)) : notMapped(intent.field);
    case "retarget":
      return retarget(text, fields, intent);
    case "set":
      return setAll(text, [intent]);
    case "set-all":
      return setAll(text, intent.settings);
    case "reset":
      return made(removeKey(text, wholeOf(data, intent.path)));
  }
}

type Fields = Readonly<Record<string, unknown>>;

function map(
  text: string,
  fields: Fields,
  mappings: readonly { readonly field: string; readonly mapping: MappingText }[],
): Applied {
  const names = mappings.map(({ field }) => field);
  if (new Set(names).size < names.length) return { refused: "A field can be mapped once only." };
  if (names.some((name) => name.trim() === "")) return { refused: "A field needs a name." };
  return made(
    setFields(
      text,
      mappings.map(({ field, mapping }) => ({ field, mapping: shortest(mapping, fields[field]) })),
    ),
  );
}

/** `{ column: email }` says no more than `email`, and is written so, unless braces are there already. */
function shortest(mapping: MappingText, present: unknown): MappingText {
  if (typeof mapping === "string") return isMap(present) && isColumnOnly(present) ? { column: mapping } : mapping;
  const { column } = mapping;
  return isColumnOnly(mapping) && !isMap(present) && typeof column === "string" && column !== "" ? column : mapping;
}

function isColumnOnly(mapping: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(mapping).join() === "column";
}

function retarget(
  text: string,
  fields: Fields,
  { field, to }: { readonly field: string; readonly to: string },
): Applied {
  if (!Object.hasOwn(fields, field)) return notMapped(field);
  if (to === field) return { edits: [] };
  if (to.trim() === "") return { refused: "A field needs a name." };
  if (Object.hasOwn(fields, to)) return { refused: `"${to}" is mapped already. Remove that mapping first.` };
  return made(renameField(text, field, to));
}

function setAll(text: string, settings: readonly Setting[]): Applied {
  let after = text;
  for (const setting of settings) {
    const applied = set(after, setting);
    if ("refused" in applied) return applied;
    after = applyEdits(after, applied.edits);
  }
  return { edits: difference(text, after) };
}

function set(text: string, { path, value }: Setting): Applied {
  const { data } = readYaml(text);
  const [part, field, option, ...below] = path;
  if (part === "mode" && path.length === 1) return setMode(text, data, value);
  if (part !== "fields" || typeof field !== "string") return made(setScalar(text, path, value));
  const fields = mapAt(data, "fields");
  if (!Object.hasOwn(fields, field)) return notMapped(field);
  const written = fields[field];
  if (option === undefined || typeof written !== "string") return made(setScalar(text, path, value));
  // `email: email` becomes `email: { column: email, … }`: only the longer form has room for an option.
  if (below.length > 0) return { refused: uncertain };
  return made(setFields(text, [{ field, mapping: { column: written, [option]: value } }]));
}

function setMode(text: string, data: unknown, mode: Setting["value"]): Applied {
  const edits = setScalar(text, ["mode"], mode);
  if (edits === undefined) return { refused: uncertain };
  let after = applyEdits(text, edits);
  for (const [key, only] of Object.entries(keysOfMode)) {
    if (only === mode || !isMap(data) || !Object.hasOwn(data, key)) continue;
    const removed = removeKey(after, [key]);
    if (removed === undefined) return { refused: uncertain };
    after = applyEdits(after, removed);
  }
  return { edits: difference(text, after) };
}

/** The last guard takes `guards:` along: a key without a value says nothing. */
function wholeOf(data: unknown, path: Path): Path {
  const parent = path.slice(0, -1);
  if (parent.length === 0 || ["model", "destination", "fields"].includes(String(path[0]))) return path;
  const siblings = parent.reduce((value: unknown, step) => (isMap(value) ? value[step] : undefined), data);
  return isMap(siblings) && Object.keys(siblings).join() === String(path.at(-1)) ? wholeOf(data, parent) : path;
}

function made(edits: readonly TextEdit[] | undefined): Applied {
  return edits === undefined ? { refused: uncertain } : { edits };
}

function notMapped(field: string): Applied {
  return { refused: `"${field}" is not mapped any more.` };
}

function mapAt(data: unknown, key: string): Fields {
  const found = isMap(data) ? data[key] : undefined;
  return isMap(found) ? found : {};
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
