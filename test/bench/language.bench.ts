/** What the language service costs while a person types, beside the bare YAML parse of the same file. */
import { parseDocument } from "yaml";
import { complete } from "../../src/language/complete";
import { nothingKnown } from "../../src/language/knowledge";
import { checkSync } from "../../src/sync/check";
import { parseSync } from "../../src/sync/parse";
import { give, type Measure } from "./measure";

function file(lines: number): string {
  const fields = Array.from({ length: lines - 9 }, (_, index) =>
    index % 4 === 0 ? `  f${index}: { column: c${index}, nulls: skip }` : `  f${index}: c${index}`,
  );
  return `model:\n  sql: select * from t\n  key: id\ndestination:\n  connection: hubspot\n  object: contacts\nmode: upsert\nfields:\n${fields.join("\n")}\n`;
}

/** Milliseconds, the best of several, so that both are measured at rest. */
function best(work: () => unknown): number {
  const times = Array.from({ length: 25 }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...times);
}

const measures = [200, 2000].flatMap((lines): readonly Measure[] => {
  const text = file(lines);
  const bare = best(() => parseDocument(text));
  const checked = best(() => {
    const parsed = parseSync(text, { name: "bench" });
    if (parsed.definition !== undefined) checkSync({ definition: parsed.definition, parsed });
  });
  const completed = best(() => complete(`${text}  `, text.length + 2, nothingKnown));
  return [
    { name: `YAML parse of ${lines} lines`, value: bare, unit: "ms" },
    { name: `parse and check of ${lines} lines`, value: checked, unit: "ms" },
    { name: `check / YAML parse, ${lines} lines`, value: checked / bare, unit: "×", most: 2 },
    { name: `completion in ${lines} lines`, value: completed, unit: "ms" },
  ];
});
give(measures);
