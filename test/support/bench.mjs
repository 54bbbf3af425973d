// `npm run bench`: speed and memory, as figures and as ratios within this one run, from a bare checkout. Ends with 1 where
// a promised bound is broken. `npm run bench -- plan` measures a part.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./children.mjs";
import { build, giveUp, install, root } from "./install.mjs";

/** @typedef {import("../bench/measure").Measure} Measure */

try {
  await install();
  await build();
} catch (error) {
  giveUp(error);
}

const chosen = process.argv.slice(2);
const files = readdirSync(join(root, "test/bench")).filter((name) => name.endsWith(".bench.ts"));
let broken = 0;
for (const file of files) {
  const name = file.replace(".bench.ts", "");
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(`\n# ${name}`);
  const { code, output } = await run(process.execPath, ["--import", "tsx", join("test/bench", file)], { cwd: root });
  if (code !== 0) {
    console.log(output);
    broken += 1;
    continue;
  }
  /** @type {Measure[]} */
  const measures = JSON.parse(output.slice(output.lastIndexOf("\n[") + 1));
  broken += measures.filter(isBroken).length;
  print(measures.map((measure) => [measure.name, figure(measure), bound(measure), measure.note ?? ""]));
}
console.log(broken === 0 ? "\nEvery promise is kept." : `\n${broken} broken.`);
process.exit(broken === 0 ? 0 : 1);

/** @param {Measure} measure */
function isBroken({ value, most }) {
  return most !== undefined && !(value <= most);
}

/** @param {Measure} measure */
function figure({ value, unit }) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

/** @param {Measure} measure */
function bound(measure) {
  return measure.most === undefined
    ? ""
    : `${isBroken(measure) ? "✗ over" : "✓ at most"} ${measure.most.toLocaleString("en-US")}`;
}

/** @param {readonly string[][]} rows */
function print(rows) {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  for (const [name = "", value = "", promise = "", note = ""] of rows) {
    const [first = 0, second = 0, third = 0] = widths;
    console.log(`  ${name.padEnd(first)}  ${value.padStart(second)}  ${promise.padEnd(third)}  ${note}`.trimEnd());
  }
}
