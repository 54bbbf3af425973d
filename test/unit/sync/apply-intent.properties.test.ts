/** Whatever a valid sync file looks like, an intent changes its meaning as said, and no byte of anything else. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Path } from "../../../src/problem";
import { endOfEntry, entryAt } from "../../../src/project/yaml-places";
import { type Writable } from "../../../src/project/yaml-edit";
import { type Entry, readYaml } from "../../../src/project/yaml-text";
import { applyIntent } from "../../../src/sync/apply-intent";
import { applyEdits, type MappingText } from "../../../src/sync/edit";
import { type Intent } from "../../../src/sync/intent";
import { parseSync } from "../../../src/sync/parse";

type Fields = readonly (readonly [string, MappingText])[];
type Top = Readonly<Record<string, Writable>>;

interface Sync {
  readonly top: Top;
  readonly fields: Fields;
}
interface Written extends Sync {
  readonly text: string;
}

// ── Any valid sync file ──────────────────────────────────────────────────────────────────────────────────────────────

const names = ["email", "firstname", "first name", "10", "a: b", "company", "é", "it's", "ltv"];
const words = ["email", "first_name", "a b", "true", "5", "it's", 'say "x"', "a, b", "#x", "é😀", "x: y", "{{ a }}"];
const name = fc.constantFrom(...names);
const word = fc.constantFrom(...words);

const mapping: fc.Arbitrary<MappingText> = fc.oneof(
  word,
  word,
  fc.record({ column: word }),
  fc.record({ column: word, nulls: fc.constantFrom("send", "skip") }),
  fc.record({ column: word, write: fc.constantFrom("always", "create_only"), nulls: fc.constantFrom("send", "skip") }),
  fc.record({ column: word, values: fc.dictionary(word, word, { minKeys: 1, maxKeys: 3 }), default: word }),
  fc.record({ sql: fc.constantFrom("round(ltv, 2)", "upper(a)", "case\n  when a then b\nend\n", "a\n+ b", "x # y") }),
  fc.record({ value: fc.oneof(word, fc.constantFrom(null, 5, true, ["a", "b"], { a: 1 })) }),
  fc.record({ template: fc.constantFrom("{{ a }} {{ b }}", "plain", "é {{ x }}: #1") }),
  fc.record({ lookup: word, by: word, column: word, missing: fc.constantFrom("reject", "null", "skip") }),
);

const quoted = (text: string): string => JSON.stringify(text);
const single = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** One value in the ways people write it. */
function scalar(value: Writable, style: number): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (value.includes("\n")) return quoted(value);
  if (style % 3 === 0 && /^[a-z_]+$/.test(value) && value !== "true") return value;
  return style % 3 === 1 ? single(value) : quoted(value);
}

interface Style {
  readonly form: number;
  readonly note: string;
  readonly above: string;
  readonly blank: boolean;
}
const style: fc.Arbitrary<Style> = fc.record({
  form: fc.nat(11),
  note: fc.constantFrom("", "", " # note", "   # 'x' {"),
  above: fc.constantFrom("", "", "# above", "# fields:"),
  blank: fc.boolean(),
});

function flow(value: Writable, form: number): string {
  if (typeof value !== "object" || value === null) return scalar(value, form);
  if (Array.isArray(value)) return `[${value.map((each) => flow(each as Writable, form)).join(form % 2 ? "," : ", ")}]`;
  const pairs = Object.entries(value).map(([key, each]) => `${scalar(key, form)}: ${flow(each as Writable, form)}`);
  return form % 2 ? `{ ${pairs.join(", ")} }` : `{${pairs.join(",")}}`;
}

/** `key: value` as lines at an indentation. */
function block(key: string, value: Writable, indent: string, { form, note, above, blank }: Style): string {
  const lead = `${blank ? "\n" : ""}${above === "" ? "" : `${indent}${above}\n`}`;
  const start = `${lead}${indent}${scalar(key, form)}:`;
  if (typeof value === "string" && value.includes("\n")) {
    const lines = value.replace(/\n$/, "").split("\n");
    return `${start} |${value.endsWith("\n") ? "" : "-"}\n${lines.map((line) => `${indent}   ${line}\n`).join("")}`;
  }
  if (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    form > 6 &&
    Object.keys(value).length > 0
  ) {
    const inner = { form: form - 5, note, above: "", blank: false };
    const lines = Object.entries(value).map(([each, of]) => block(each, of as Writable, `${indent}  `, inner));
    return `${start}${note}\n${lines.join("")}`;
  }
  if (Array.isArray(value) && form > 6) {
    return `${start}${note}\n${value.map((each) => `${indent}  - ${flow(each as Writable, form)}\n`).join("")}`;
  }
  return `${start} ${flow(value, form)}${note}\n`;
}

/** `fields:` as lines, as braces on one line, or as braces on several. */
function fieldsText(fields: Fields, styles: readonly Style[], form: number): string {
  const styled = fields.map(([field, value], index) => ({ field, value, style: styles[index] as Style }));
  if (form === 1) {
    const pairs = styled.map(
      ({ field, value, style: { form: each } }) => `${scalar(field, each)}: ${flow(value, each)}`,
    );
    return `fields: { ${pairs.join(", ")} } # all\n`;
  }
  if (form === 2 || form === 3) {
    const lines = styled.map(({ field, value, style: { form: each, note } }, index) => {
      const comma = index < fields.length - 1 || form === 3 ? "," : "";
      return `  ${scalar(field, each)}: ${flow(value, each)}${comma}${note}\n`;
    });
    return `fields: {\n${lines.join("")}} # all\n`;
  }
  const indent = form === 4 ? "    " : "  ";
  return `fields: # all\n${styled.map((each) => block(each.field, each.value, indent, each.style)).join("")}`;
}

const tops: fc.Arbitrary<Top> = fc
  .record({
    name: fc.constantFrom("contacts", "x"),
    description: fc.option(word, { nil: undefined }),
    model: fc.record({
      table: fc.constantFrom("customers", "shop.orders"),
      key: fc.oneof(fc.constantFrom("id", "user id"), fc.constant(["org_id", "id"])),
    }),
    destination: fc.record({ connection: fc.constant("hubspot"), object: word, match: fc.constantFrom("email", "id") }),
    mode: fc.constantFrom("mirror", "upsert", "append"),
    guards: fc.option(fc.constantFrom({ max_removed: "5%" }, { min_rows: 1, max_changes: 100 }), { nil: undefined }),
    tags: fc.option(fc.constant(["crm", "b c"]), { nil: undefined }),
    extra: fc.option(fc.constant({ a: [1, "two"] }), { nil: undefined }),
  })
  .map((top): Top => {
    const mode =
      { mirror: { on_removed: "archive", scope: "ledger" }, append: { on: "new" } }[top.mode as "mirror"] ?? {};
    return Object.fromEntries(Object.entries({ ...top, ...mode }).filter(([, value]) => value !== undefined)) as Top;
  });

const syncs: fc.Arbitrary<Written> = fc
  .record({
    top: tops,
    fields: fc.uniqueArray(fc.tuple(name, mapping), { minLength: 1, maxLength: 5, selector: ([field]) => field }),
    styles: fc.array(style, { minLength: 20, maxLength: 20 }),
    form: fc.nat(8),
    at: fc.nat(),
    windows: fc.boolean(),
    mark: fc.boolean(),
    end: fc.constantFrom("cut", "closed", "comment", "blank"),
  })
  .map(({ top, fields, styles, form, at, windows, mark, end }) => {
    const parts = Object.entries(top).map(([key, value], index) => block(key, value, "", styles[index] as Style));
    parts.splice(at % (parts.length + 1), 0, fieldsText(fields, styles.slice(12), form));
    const lines = parts.join("").replace(/^\n/, "");
    const tail = {
      cut: lines.replace(/\n$/, ""),
      closed: lines,
      comment: `${lines}\n# the end\n`,
      blank: `${lines}\n\n`,
    }[end];
    const text = (mark ? "\ufeff" : "") + (windows ? tail.replaceAll("\n", "\r\n") : tail);
    return { top, fields, text };
  });

// ── What an intent means ─────────────────────────────────────────────────────────────────────────────────────────────

type Choice = readonly [kind: number, index: number, name: string, to: string, mapping: MappingText, word: string];
const choices: fc.Arbitrary<Choice> = fc.tuple(fc.nat(9), fc.nat(), name, name, mapping, word);

/** The intent, and the sync that it asks for. */
function meant({ top, fields }: Sync, [kind, index, fresh, to, value, text]: Choice): [Intent, Sync] | undefined {
  const [field, present] = fields[index % fields.length] as readonly [string, MappingText];
  const changed = (found: Fields): Sync => ({ top, fields: found });
  const put = (all: Fields, key: string, each: MappingText): Fields =>
    all.some(([one]) => one === key) ? all.map(([one, was]) => [one, one === key ? each : was]) : [...all, [key, each]];
  const without = (key: string): Top => Object.fromEntries(Object.entries(top).filter(([one]) => one !== key));
  switch (kind) {
    case 0:
    case 1:
      return [{ intent: "map", field, mapping: value }, changed(put(fields, field, value))];
    case 2:
      return [{ intent: "map", field: fresh, mapping: value }, changed(put(fields, fresh, value))];
    case 3:
      return [{ intent: "unmap", field }, changed(fields.filter(([one]) => one !== field))];
    case 4:
      if (fields.some(([one]) => one === to)) return undefined;
      return [{ intent: "retarget", field, to }, changed(fields.map(([one, was]) => [one === field ? to : one, was]))];
    case 5: {
      if (fresh === to) return undefined;
      const mappings = [
        { field: fresh, mapping: value },
        { field: to, mapping: text },
      ];
      return [{ intent: "map-all", mappings }, changed(put(put(fields, fresh, value), to, text))];
    }
    case 6: {
      const long = typeof present === "string" ? { column: present } : present;
      return [
        { intent: "set", path: ["fields", field, "nulls"], value: "skip" },
        changed(put(fields, field, { ...long, nulls: "skip" })),
      ];
    }
    case 7: {
      const mode = ["upsert", "insert", "mirror", "append"][index % 4] as string;
      const kept = Object.entries(top).filter(
        ([key]) => (mode === "mirror" || !["on_removed", "scope"].includes(key)) && (mode === "append" || key !== "on"),
      );
      return [
        { intent: "set", path: ["mode"], value: mode },
        { top: { ...Object.fromEntries(kept), mode }, fields },
      ];
    }
    case 8: {
      const settings: readonly [Path, Writable][] = [
        [["model", "key"], index % 2 ? "id" : ["a", "b c"]],
        [["guards", "max_removed"], "7%"],
        [["guards", "min_rows"], 12],
        [["destination", "object"], text],
        [["description"], text],
        [["tags"], [text, "x"]],
      ];
      const [path, set] = settings[index % settings.length] as [Path, Writable];
      const [part, key] = path as [string, string | undefined];
      const inner = key === undefined ? set : { ...(top[part] as Record<string, Writable> | undefined), [key]: set };
      return [
        { intent: "set", path, value: set },
        { top: { ...top, [part]: inner }, fields },
      ];
    }
    default: {
      const key = ["description", "tags", "extra", "guards"].filter((each) => each in top)[index % 4];
      return key === undefined
        ? undefined
        : [
            { intent: "reset", path: [key] },
            { top: without(key), fields },
          ];
    }
  }
}

/** What a file means, and what is wrong with it, but for where. */
function meaning(text: string): unknown {
  const { definition, problems } = parseSync(text, { name: "file" });
  // `fields:` without a mapping may be empty braces or nothing.
  const codes = problems.map(({ code }) => (code === "no-fields" ? "missing-value" : code));
  // A table of values is looked up: its order says nothing.
  const fields = definition?.fields.map((field) =>
    field.values === undefined
      ? field
      : { ...field, values: { ...field.values, table: new Map(field.values.table.map(({ from, to }) => [from, to])) } },
  );
  return { definition: definition && { ...definition, fields }, problems: codes.sort() };
}

function plainly({ top, fields }: Sync): string {
  const pairs = fields.map(([field, value]) => `${quoted(field)}: ${JSON.stringify(value)}`);
  const others = Object.entries(top).map(([key, value]) => `${quoted(key)}: ${JSON.stringify(value)}`);
  return `{${[...others, `"fields": ${pairs.length === 0 ? "null" : `{${pairs.join(", ")}}`}`].join(", ")}}`;
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly isNew: boolean;
}

/** Where the file may change: the entries an intent is about, and for what is new the end of the last of its siblings. */
function touched(text: string, intent: Intent): readonly Span[] {
  const { root } = readYaml(text);
  const places: readonly Path[] =
    intent.intent === "set" || intent.intent === "reset"
      ? [intent.path, ...(intent.path[0] === "mode" ? [["on_removed"], ["scope"], ["on"]] : [])]
      : intent.intent === "map-all"
        ? intent.mappings.map(({ field }) => ["fields", field])
        : "field" in intent
          ? [["fields", intent.field]]
          : [];
  const modeOnly = (path: Path): boolean => intent.intent === "set" && path !== intent.path;
  return places
    .filter((path) => !modeOnly(path) || entryAt(root, path) !== undefined)
    .map((path) => {
      const depth = path.findIndex((_, index) => entryAt(root, path.slice(0, index + 1)) === undefined);
      const entry = entryAt(root, depth < 0 ? path : path.slice(0, depth));
      const end = entry === undefined ? text.length : endOfEntry(entry);
      const isMap = entry?.kind === "map";
      // Braces may be filled anywhere: `{}`.
      if (depth >= 0 && isMap && entry.children.size > 0) return { ...endOf(entry), isNew: true };
      // In a block of several lines the last comment is the last key's.
      const [rest = ""] = isMap && !entry.flow ? (/^[^\r\n]*/.exec(text.slice(end)) ?? []) : [];
      return { start: entry?.key?.start ?? 0, end: end + rest.length, isNew: false };
    })
    .sort((left, right) => left.start - right.start);
}

function endOf(entry: Entry): { readonly start: number; readonly end: number } {
  const end = Math.max(...[...entry.children.values()].map(endOfEntry));
  return { start: end, end };
}

/** Everything outside the touched entries is still there: every comment, blank line and quote, in its order. */
function assertRest(before: string, after: string, intent: Intent): void {
  const spans = touched(before, intent);
  const pieces = [...spans, { start: before.length, end: before.length }].map(({ start }, index) =>
    before.slice(spans[index - 1]?.end ?? 0, start),
  );
  const [first = ""] = pieces;
  const last = pieces.at(-1) ?? "";
  const line = /\r?\n[^]*$/.exec(last)?.[0] ?? "";
  const removes = intent.intent === "unmap" || intent.intent === "reset" || intent.intent === "set";
  // What goes takes along its line and the comment on it, in braces a comma; what is new stands on the line below.
  const head = removes ? first.replace(/[ ,]*(\r?\n[ ]*)?$/, "") : first;
  const tail = spans.at(-1)?.isNew ? (before.endsWith(line) ? line : "") : last;
  const kept = removes && !spans.at(-1)?.isNew ? tail.replace(/^[ ,]*(#[^\n]*)?(\r?\n)?/, "") : tail;
  assert.ok(after.startsWith(head), `what stands before has changed:\n${after}`);
  assert.ok(after.endsWith(kept), `what stands after has changed:\n${after}`);
  // Each whole line in between is still there, in its order.
  let at = 0;
  for (const whole of pieces.flatMap((piece) => piece.split("\n").slice(1, -1))) {
    const found = after.indexOf(whole.trimEnd(), at);
    assert.ok(found >= 0, `gone is ${whole}:\n${after}`);
    at = found + whole.trimEnd().length;
  }
}

/** What takes an intent back. */
function inverse({ top, fields }: Sync, intent: Intent): Intent | undefined {
  const was = new Map(fields);
  switch (intent.intent) {
    case "map": {
      const before = was.get(intent.field);
      return before === undefined
        ? { intent: "unmap", field: intent.field }
        : { intent: "map", field: intent.field, mapping: before };
    }
    case "retarget":
      return { intent: "retarget", field: intent.to, to: intent.field };
    case "set": {
      const [part, key] = intent.path as [string, string | undefined];
      if (part === "fields" || part === "mode") return undefined;
      const before = key === undefined ? top[part] : (top[part] as Record<string, Writable> | undefined)?.[key];
      return before === undefined ? { intent: "reset", path: intent.path } : { ...intent, value: before };
    }
    default:
      return undefined;
  }
}

describe("any intent on any file", () => {
  const made = { all: 0, refused: 0, reversed: 0 };

  it("gives the definition that was meant, keeps every other byte, and can be taken back", () => {
    fc.assert(
      fc.property(syncs, choices, (sync, choice) => {
        const chosen = meant(sync, choice);
        fc.pre(chosen !== undefined && readYaml(sync.text).problems.length === 0);
        const [intent, expected] = chosen as [Intent, Sync];
        assert.deepEqual(meaning(sync.text), meaning(plainly(sync)), "the generator writes what it means");
        made.all += 1;
        const applied = applyIntent(sync.text, intent);
        if ("refused" in applied) {
          made.refused += 1;
          return;
        }
        const after = applyEdits(sync.text, applied.edits);
        assert.deepEqual(meaning(after), meaning(plainly(expected)), after);
        assertRest(sync.text, after, intent);
        assert.equal(/\r\n/.test(after), /\r\n/.test(sync.text));
        assert.equal(/[^\r]\n/.test(after), /[^\r]\n/.test(sync.text));
        const back = inverse(sync, intent);
        if (back === undefined) return;
        const undone = applyIntent(after, back);
        assert.ok("edits" in undone, "it cannot be taken back");
        made.reversed += 1;
        assert.deepEqual(meaning(applyEdits(after, undone.edits)), meaning(sync.text));
      }),
      { numRuns: 2000, seed: 31 },
    );
    assert.ok(made.refused / made.all < 0.01, `${made.refused} of ${made.all} were refused`);
    assert.ok(made.reversed > 700);
  }).timeout(60_000);
});
