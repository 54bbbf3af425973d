/** What the language service costs while a person types, beside the bare YAML parse of the same file. */
import { parseDocument } from "yaml";
import { complete } from "../../src/language/complete";
import { nothingKnown } from "../../src/language/knowledge";
import { destinationOf } from "../../src/destinations/index";
import { type ObjectSchema } from "../../src/destinations/destination";
import { type CheckInput, checkSync } from "../../src/sync/check";
import { parseSync } from "../../src/sync/parse";
import { give, type Measure } from "./measure";

const warmUp = 25;
const fieldsIn = (lines: number): number => lines - 9;

function file(lines: number): string {
  const fields = Array.from({ length: fieldsIn(lines) }, (_, index) =>
    index % 4 === 0 ? `  f${index}: { column: c${index}, nulls: skip }` : `  f${index}: c${index}`,
  );
  return `model:\n  sql: select * from t\n  key: id\ndestination:\n  connection: hubspot\n  object: contacts\nmode: upsert\nfields:\n${fields.join("\n")}\n`;
}

/** All that the editor's check knows: the model's columns, the destination's fields, and the project. */
function knownOf(lines: number): Omit<CheckInput, "definition" | "parsed"> {
  const numbers = Array.from({ length: fieldsIn(lines) }, (_, index) => index);
  const object: ObjectSchema = {
    name: "contacts",
    modes: ["insert", "update", "upsert", "mirror"],
    removals: ["archive", "clear"],
    match: "optional",
    readable: true,
    fields: numbers.map((index) => ({ name: `f${index}`, type: "text", label: `Field ${index}` })),
  };
  const named = ["id", ...numbers.map((index) => `c${index}`)];
  const destination = destinationOf("hubspot");
  return {
    columns: named.map((name) => ({ name, type: "text", native: "VARCHAR" })),
    object,
    objects: [object],
    project: {
      root: "/p",
      target: "default",
      confirm: false,
      warehouses: { analytics: { type: "duckdb", keys: {} } },
      destinations: { hubspot: { type: "hubspot", keys: {} } },
      ledger: { store: "local", values: true },
    },
    ...(destination === undefined ? {} : { destination }),
  };
}

/**
 * Milliseconds of each work, the median of several taken in turn, so that all meet the same machine. The first rounds are not
 * counted: the engine lives as long as the window, so what a person waits for is warm code.
 */
function medians(works: readonly (() => unknown)[]): readonly number[] {
  const rounds = Array.from({ length: 25 + warmUp }, () =>
    works.map((work) => {
      const began = performance.now();
      work();
      return performance.now() - began;
    }),
  );
  return works.map(
    (_, at) =>
      rounds
        .slice(warmUp)
        .map((round) => round[at] ?? 0)
        .sort((a, b) => a - b)[12] ?? 0,
  );
}

const measures = [200, 2000].flatMap((lines): readonly Measure[] => {
  const text = file(lines);
  const known = knownOf(lines);
  const check = (): unknown => {
    const parsed = parseSync(text, { name: "bench" });
    if (parsed.definition === undefined) throw new Error("the file has no definition");
    return checkSync({ definition: parsed.definition, parsed, ...known });
  };
  const [bare = 0, checked = 0, completed = 0] = medians([
    () => parseDocument(text),
    check,
    () => complete(`${text}  `, text.length + 2, nothingKnown),
  ]);
  return [
    { name: `YAML parse of ${lines} lines`, value: bare, unit: "ms" },
    { name: `parse and check of ${lines} lines`, value: checked, unit: "ms" },
    { name: `check / YAML parse, ${lines} lines`, value: checked / bare, unit: "×", most: 2 },
    { name: `completion in ${lines} lines`, value: completed, unit: "ms" },
  ];
});
give(measures);
