/** Each mapping against the destination's field. */
import { type FieldSchema } from "../destinations/destination";
import { closest, didYouMean, listed } from "../project/closest";
import { plainOrQuoted, replacing } from "../project/conform";
import { type Path } from "../problem";
import { type Json } from "../value";
import { type Checking } from "./check";
import { fix, guess } from "./check-findings";
import { describeAgain } from "./check-object";
import { type FieldMapping } from "./definition";
import { fieldNamed } from "./field-named";

export function checkFields(checking: Checking): void {
  checkCase(checking);
  checkMatchMapping(checking);
  for (const mapping of checking.definition.fields) checkField(checking, mapping);
}

/** Files that plans and ledgers are kept in tell names apart by their letters, not by their case. */
function checkCase({ definition, parsed, findings }: Checking): void {
  const seen = new Map<string, string>();
  for (const { field } of definition.fields) {
    const path = ["fields", field];
    const before = seen.get(field.toLowerCase());
    seen.set(field.toLowerCase(), field);
    if (before === undefined) continue;
    const message = `The fields "${before}" and "${field}" differ only in case. Map one of them.`;
    findings.add("fields-differ-in-case", message, path, {
      part: "key",
      fixes: [guess(fix(`Remove "${field}"`, parsed.removeAt(path)))],
    });
  }
}

/** The match finds the record: every record must bring its own. */
function checkMatchMapping({ definition, columns, object, parsed, findings }: Checking): void {
  const { match } = definition.destination;
  if (match === undefined || definition.mode === "append") return;
  const mapping = definition.fields.find(({ field }) => field === match);
  const path = ["fields", match];
  if (mapping === undefined) {
    const column = columns?.find((each) => each.name.toLowerCase() === match.toLowerCase());
    const mapped = definition.fields.filter(({ field }) => object?.fields.find(({ name }) => name === field)?.unique);
    const fixes = [
      column === undefined
        ? undefined
        : fix(`Map "${match}" to the column "${column.name}"`, parsed.setAt(path, column.name)),
      ...mapped
        .slice(0, 3)
        .map(({ field }) => guess(fix(`Match by "${field}"`, parsed.setAt(["destination", "match"], field)))),
    ];
    const message = `Records are matched by "${match}", and it is not mapped. Add it to fields.`;
    findings.add("match-not-mapped", message, ["destination", "match"], { fixes });
    return;
  }
  if (mapping.write !== "always") {
    const fixes = [fix("Write it always", parsed.removeAt([...path, "write"]))];
    findings.add("match-not-always", `Records are matched by "${match}": it is always written.`, [...path, "write"], {
      fixes,
    });
  }
  if (mapping.source.kind === "value") {
    const message = `Records are matched by "${match}", and every record would have the same. Map a column.`;
    const column = columns?.find((each) => each.name.toLowerCase() === match.toLowerCase());
    const fixes = column === undefined ? [] : [fix(`Map the column "${column.name}"`, parsed.setAt(path, column.name))];
    findings.add("match-constant", message, [...path, "value"], { fixes });
  }
}

function checkField(checking: Checking, mapping: FieldMapping): void {
  const { object, definition, parsed, findings } = checking;
  if (object === undefined) return;
  const { field } = mapping;
  const path: Path = ["fields", field];
  const schema = fieldNamed(object, field);
  checkReading(checking, mapping);
  if (schema === undefined) {
    if (object.open !== true) unknownField(checking, field);
    return;
  }
  if (schema.readOnly === true && definition.destination.match !== field) {
    const message = `"${field}" is read-only: the destination sets it. Take it out of fields.`;
    findings.add("read-only-field", message, path, {
      part: "key",
      fixes: [fix(`Remove "${field}"`, parsed.removeAt(path))],
    });
  }
  for (const { json, path: at } of constants(mapping)) checkConstant(checking, schema, json, at);
}

function unknownField({ object, parsed, findings }: Checking, field: string): void {
  const writable = (object?.fields ?? []).filter(({ readOnly }) => readOnly !== true);
  const names = writable.map(({ name }) => name);
  const byLabel = new Map(writable.flatMap(({ name, label }) => (label === undefined ? [] : [[label, name] as const])));
  const suggestion = closest(field, names) ?? byLabel.get(closest(field, byLabel.keys()) ?? "");
  const path = ["fields", field];
  const range = parsed.rangeOf(path, "key");
  const rename =
    suggestion === undefined
      ? undefined
      : fix(`Change to "${suggestion}"`, [{ range, text: plainOrQuoted(suggestion) }]);
  const message = `"${object?.label ?? object?.name ?? ""}" has no field "${field}".${didYouMean(suggestion)}`;
  findings.add("unknown-field", message, path, { range, fixes: [rename, describeAgain] });
}

function checkReading({ object, definition, parsed, findings }: Checking, { field, write }: FieldMapping): void {
  if (object === undefined || object.readable || definition.mode === "append" || definition.mode === "insert") return;
  const needsIt = write === "if_empty" || (write === "create_only" && definition.mode !== "update");
  if (!needsIt) return;
  const path = ["fields", field, "write"];
  const message = `"${object.label ?? object.name}" cannot be read, so write: ${write} cannot know what is there. Use write: always.`;
  findings.add("needs-reading", message, path, { fixes: [fix("Write it always", parsed.removeAt(path))] });
}

/** The constants a mapping may send, with their places. */
function constants({ field, source, values }: FieldMapping): readonly { readonly json: Json; readonly path: Path }[] {
  const path = ["fields", field];
  const own = source.kind === "value" ? [{ json: source.value, path: [...path, "value"] }] : [];
  const table = (values?.table ?? []).map(({ from, to }) => ({ json: to, path: [...path, "values", from] }));
  const rest = values?.default === undefined ? [] : [{ json: values.default, path: [...path, "default"] }];
  return [...own, ...table, ...rest];
}

function checkConstant({ parsed, findings }: Checking, schema: FieldSchema, json: Json, path: Path): void {
  if (json === null) return;
  const options = schema.options ?? [];
  if ((schema.type === "option" || schema.type === "options") && options.length > 0) {
    const known = options.map(({ value }) => value);
    for (const word of wordsOf(schema, json)) {
      if (known.includes(word)) continue;
      const byLabel = new Map(
        options.flatMap(({ value, label }) => (label === undefined ? [] : [[label, value] as const])),
      );
      const suggestion = closest(word, known) ?? byLabel.get(closest(word, byLabel.keys()) ?? "") ?? byLabel.get(word);
      const remedy = didYouMean(suggestion) || ` It takes ${listed(known)}.`;
      const fixes = suggestion === undefined || word !== json ? [] : [replacing(parsed, path, suggestion)];
      findings.add("unknown-option", `"${schema.name}" has no option "${word}".${remedy}`, path, {
        fixes: [...fixes, describeAgain],
      });
    }
    return;
  }
  const wanted = wants[schema.type];
  if (wanted === undefined || wanted.fits(json)) return;
  findings.add("type-mismatch", `"${schema.name}" takes ${wanted.what}. Write one.`, path, { severity: "warning" });
}

function wordsOf({ type }: FieldSchema, json: Json): readonly string[] {
  if (Array.isArray(json)) return json.map(String);
  if (typeof json === "object") return [];
  return type === "options"
    ? String(json)
        .split(";")
        .map((word) => word.trim())
        .filter((word) => word !== "")
    : [String(json)];
}

const isNumber = (json: Json) =>
  (typeof json === "string" && json.trim() !== "" && Number.isFinite(Number(json))) || typeof json === "number";

const wants: Partial<Record<FieldSchema["type"], { readonly what: string; fits(json: Json): boolean }>> = {
  number: { what: "a number", fits: isNumber },
  integer: { what: "a whole number", fits: (json) => isNumber(json) && Number.isInteger(Number(json)) },
  boolean: {
    what: "true or false",
    fits: (json) => typeof json !== "object" && /^(true|false|0|1|yes|no)$/i.test(String(json)),
  },
  date: { what: "a date like 2026-01-31", fits: isMoment },
  timestamp: { what: "a time like 2026-01-31T10:00:00", fits: isMoment },
  instant: { what: "a time like 2026-01-31T10:00:00Z", fits: isMoment },
};

function isMoment(json: Json): boolean {
  return typeof json === "number" || (typeof json === "string" && /\d/.test(json));
}
