/** What the destination's object offers: modes, removals, match; and what it requires. */
import { listed } from "../project/closest";
import { type ObjectSchema } from "../destinations/destination";
import { type Fix } from "../problem";
import { type Checking } from "./check";
import { fix, guess } from "./check-findings";

export function checkObject(checking: Checking): void {
  checkObjectName(checking);
  if (checking.object === undefined) return;
  checkMode(checking);
  checkMatch(checking);
  checkRequired(checking);
}

export const describeAgain: Fix = { title: "Describe the destination again", action: "refresh-schema" };

function checkObjectName({ definition, object, objects, findings }: Checking): void {
  if (object !== undefined || objects === undefined || objects.some(({ open }) => open === true)) return;
  const { connection, object: word } = definition.destination;
  const known = objects.map(({ name }) => name);
  const message = `"${connection}" has no object "${word}".`;
  findings.unknown({
    code: "unknown-object",
    message,
    path: ["destination", "object"],
    word,
    known,
    fixes: [describeAgain],
  });
}

function checkMode({ definition, object, parsed, findings }: Checking): void {
  if (object === undefined) return;
  const { mode, onRemoved, scope } = definition;
  const name = object.label ?? object.name;
  if (!object.modes.includes(mode)) {
    const fixes = object.modes.map((other) => fix(`Change to mode: ${other}`, parsed.setAt(["mode"], other)));
    findings.add("mode-not-offered", `"${name}" takes no mode: ${mode}. It takes ${listed(object.modes)}.`, ["mode"], {
      fixes,
    });
  }
  if (mode === "mirror" && onRemoved !== "keep" && !object.removals.includes(onRemoved)) {
    const offered = [...new Set([...object.removals, "keep" as const])];
    const message = `"${name}" cannot ${onRemoved} records. Use ${offered.join(" or ")}.`;
    const fixes = offered.map((other) => fix(`Change to on_removed: ${other}`, parsed.setAt(["on_removed"], other)));
    findings.add("removal-not-offered", message, ["on_removed"], { fixes });
  }
  if (mode === "mirror" && scope === "all" && object.listable !== true) {
    const message = `"${name}" cannot be listed, so scope: all has nothing to compare with. Leave scope out.`;
    findings.add("scope-not-offered", message, ["scope"], {
      fixes: [fix('Remove "scope"', parsed.removeAt(["scope"]))],
    });
  }
  if (mode === "update" && !object.readable) {
    const message = `"${name}" cannot be read, so mode: update cannot know which records exist. Use another mode.`;
    const others = object.modes.filter((other) => other === "upsert" || other === "insert");
    const fixes = others.map((other) => guess(fix(`Change to mode: ${other}`, parsed.setAt(["mode"], other))));
    findings.add("needs-reading", message, ["mode"], { fixes });
  }
  checkUndo({ definition, object, parsed, findings });
}

function checkUndo({
  definition,
  object,
  parsed,
  findings,
}: Pick<Checking, "definition" | "parsed" | "findings"> & { readonly object: ObjectSchema }): void {
  if (definition.undo !== true) return;
  const fixes = [fix('Remove "undo"', parsed.removeAt(["undo"]))];
  if (definition.mode === "append") {
    const message = "What was appended cannot be taken back, so undo: true has nothing to keep. Leave it out.";
    findings.add("undo-not-offered", message, ["undo"], { part: "key", fixes });
  } else if (!object.readable) {
    const name = object.label ?? object.name;
    const message = `"${name}" cannot be read, so what its records hold before a run cannot be kept. Leave undo out: a revert brings back what this sync sent before.`;
    findings.add("undo-not-offered", message, ["undo"], { part: "key", fixes });
  }
}

function checkMatch({ definition, object, parsed, findings }: Checking): void {
  if (object === undefined) return;
  const { match } = definition.destination;
  const path = ["destination", "match"];
  const name = object.label ?? object.name;
  const unique = object.fields.filter((field) => field.unique === true).map((field) => field.name);
  if (match === undefined) {
    if (object.match !== "required" || definition.mode === "append") return;
    const mapped = unique.filter((field) => definition.fields.some((mapping) => mapping.field === field));
    const choice = unique.length === 0 ? "" : `: ${listed(unique)}`;
    const message = `"${name}" needs a match, the field that identifies a record there${choice}.`;
    const fixes = mapped.slice(0, 5).map((field) => fix(`Match by "${field}"`, parsed.setAt(path, field)));
    findings.add("missing-match", message, ["destination"], { part: "key", fixes });
    return;
  }
  if (object.match === "none") {
    const fixes = [fix('Remove "match"', parsed.removeAt(path))];
    findings.add("match-not-offered", `"${name}" takes no match. Remove it.`, path, { part: "key", fixes });
    return;
  }
  const field = object.fields.find((each) => each.name === match);
  if (field === undefined && object.open !== true) {
    const message = `"${name}" has no field "${match}" to match by.`;
    findings.unknown({ code: "unknown-field", message, path, word: match, known: unique, fixes: [describeAgain] });
    return;
  }
  if (field !== undefined && field.unique !== true && object.open !== true) {
    const choice = unique.length === 0 ? "" : ` Match by ${listed(unique)}.`;
    const fixes = unique.slice(0, 3).map((other) => fix(`Match by "${other}"`, parsed.setAt(path, other)));
    findings.add("match-not-unique", `"${match}" does not identify a record of "${name}".${choice}`, path, { fixes });
  }
}

/** New records need every field the destination requires. */
function checkRequired({ definition, object, columns, parsed, findings }: Checking): void {
  if (object === undefined || definition.mode === "update") return;
  const mapped = new Set(definition.fields.map(({ field }) => field));
  for (const { name, label, required, readOnly } of object.fields) {
    if (required !== true || readOnly === true || mapped.has(name)) continue;
    const called = label === undefined || label === name ? "" : ` (${label})`;
    const message = `New records of "${object.label ?? object.name}" need the field "${name}"${called}. Map it.`;
    const column = columns?.find((each) => each.name.toLowerCase() === name.toLowerCase());
    const fixes =
      column === undefined
        ? []
        : [fix(`Map "${name}" to the column "${column.name}"`, parsed.setAt(["fields", name], column.name))];
    findings.add("required-field", message, ["fields"], { part: "key", fixes });
  }
}
