/**
 * `npm test`: everything but the faults, which take their time (`npm run test:faults`), from a bare checkout; of the kills
 * a few, always the same.
 * `npm test -- unit editor` runs parts. What opens no window runs two at a time, each printed whole when it ends; what does
 * runs alone, since windows share two cores badly. The last line adds all up.
 */
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "./audit.mjs";
import { run } from "./children.mjs";
import { findStandIn, findVSCode, hasRealScreen } from "./find-vscode.mjs";
import { build, giveUp, install, root } from "./install.mjs";
import { ownTarget, packageFor } from "./package.mjs";
import { temporaryFolder } from "./temporary.mjs";
import { installPackage } from "./vscode/server.mjs";

/** @typedef {import("./reporter.mjs").Counts} Counts */
/** @typedef {Counts & { said?: string }} Result what a suite found and, where it did not print itself, said */
/** @typedef {"as it arrives" | "at its end"} Printing */

/** @type {Record<string, (printing: Printing) => Promise<Result>>} */
const suites = {
  lint: () =>
    check(
      ["eslint/bin/eslint.js", ".", "--max-warnings=0"],
      ["typescript/bin/tsc", "--noEmit"],
      ["prettier/bin/prettier.cjs", ".", "--check", "--log-level=warn"],
    ),
  audit: () => audit(root),
  unit: (printing) => mocha("unit", printing),
  contract: (printing) => mocha("contract", printing),
  kills: (printing) => {
    process.env.SLUICE_KILLS ??= "34";
    return mocha("faults", printing, "kills.test.ts");
  },
  faults: (printing) => mocha("faults", printing),
  e2e: (printing) => mocha("e2e", printing),
  editor,
  browser,
};
/** The suites that run at the same time as those of the other row. Together they take about as long. */
const sideBySide = [
  ["lint", "audit", "unit"],
  ["contract", "kills", "e2e"],
];
/** @type {Counts} */
const none = { passed: 0, failed: 0, skipped: 0 };
const names = Object.keys(suites);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : names.filter((name) => name !== "faults");
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) giveUp(`There is no suite "${unknown.join(", ")}". The suites are ${names.join(", ")}.`);

const results = temporaryFolder("tests");
/** @type {Counts} */
const total = { ...none };

try {
  await install();
  await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log(`\n${sentence({ ...none, failed: 1 })}`);
  process.exit(1);
}
const rows = sideBySide.map((row) => row.filter((name) => chosen.includes(name))).filter((row) => row.length > 0);
await Promise.all(rows.map((row) => inTurn(row, rows.length > 1 ? "at its end" : "as it arrives")));
await inTurn(
  chosen.filter((name) => !sideBySide.flat().includes(name)),
  "as it arrives",
);
console.log(`\n${sentence(total)}`);
process.exit(total.failed > 0 ? 1 : 0);

/**
 * @param {readonly string[]} row
 * @param {Printing} printing
 */
async function inTurn(row, printing) {
  for (const [name, suite] of Object.entries(suites)) {
    if (!row.includes(name)) continue;
    if (printing === "as it arrives") console.log(`\n=== ${name}`);
    const began = Date.now();
    const { said = "", ...counts } = await suite(printing);
    if (printing === "at its end") console.log(`\n=== ${name}`);
    if (said !== "") console.log(said);
    console.log(`=== ${name}: ${sentence(counts)} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
}

/**
 * Tools that are content with the code, or not: together they count as one test.
 * @param {readonly string[][]} commands each a script in node_modules and its arguments
 * @returns {Promise<Result>}
 */
async function check(...commands) {
  const ended = await Promise.all(
    commands.map(([script = "", ...args]) =>
      run(process.execPath, [join("node_modules", script), ...args], { cwd: root }),
    ),
  );
  const complaints = ended.filter(({ code }) => code !== 0);
  const failed = Math.min(1, complaints.length);
  return { passed: 1 - failed, failed, skipped: 0, said: complaints.map(({ output }) => output).join("\n") };
}

/**
 * The tests of one folder, by the project's own mocha configuration but for what it lists.
 * @param {string} name of a folder of `test`
 * @param {Printing} printing
 * @param {string} [files]
 * @returns {Promise<Result>}
 */
async function mocha(name, printing, files = "**/*.test.ts") {
  const folder = `test/${name}`;
  if (!hasTests(folder)) return none;
  const config = join(results, `${name.replaceAll("/", "-")}.mocharc.json`);
  const own = JSON.parse(readFileSync(join(root, ".mocharc.json"), "utf8"));
  const reporter = join(import.meta.dirname, "reporter.mjs");
  writeFileSync(config, JSON.stringify({ ...own, reporter, spec: [`${folder}/${files}`] }));
  return counted([process.execPath, "node_modules/mocha/bin/mocha.js", "--config", config], printing);
}

/** The tests that run inside VS Code. @returns {Promise<Counts>} */
async function editor() {
  if (!hasTests("test/editor")) return none;
  const found = await findVSCode();
  if (found.kind === "none") return absent(found.reason);
  console.log(`In ${found.kind === "stand-in" ? "the stand-in for VS Code" : found.executable}`);
  const command = [process.execPath, join(import.meta.dirname, "editor-suite.mjs"), found.executable];
  const onScreen = found.kind === "desktop" && !hasRealScreen() ? ["xvfb-run", "-a", ...command] : command;
  return counted(onScreen, "as it arrives");
}

/**
 * The tests that drive a whole window, which only the stand-in shows in a browser. They see what users install: the package.
 * @returns {Promise<Counts>}
 */
async function browser() {
  if (!hasTests("test/editor/browser")) return none;
  const found = await findStandIn();
  if (found.kind === "none") return absent(found.reason);
  try {
    const { file, megabytes } = await packageFor(ownTarget());
    console.log(`${file}: ${megabytes.toFixed(1)} MB`);
    const extensions = join(results, "extensions");
    await installPackage(file, extensions);
    process.env.SLUICE_TEST_EXTENSIONS = extensions;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return { ...none, failed: 1 };
  }
  return mocha("editor/browser", "as it arrives");
}

/**
 * Where no one looks, a suite that did not run must not pass for one that did.
 * @param {string} reason
 * @returns {Counts}
 */
function absent(reason) {
  console.log(reason);
  const isAsked = Boolean(process.env.SLUICE_TEST_VSCODE_VERSION);
  const failed = (process.env.CI && process.platform === "linux") || isAsked ? 1 : 0;
  return { passed: 0, failed, skipped: 1 - failed };
}

/**
 * Run a program whose reporter writes its counts. One that ends badly without saying which test failed is one failure.
 * @param {readonly string[]} command
 * @param {Printing} printing
 * @returns {Promise<Result>}
 */
async function counted([command = "", ...args], printing) {
  const folder = mkdtempSync(join(results, "counts-"));
  const file = join(folder, "counts.json");
  const { code, output } = await run(command, args, {
    cwd: root,
    show: printing === "as it arrives",
    env: { ...process.env, SLUICE_TEST_RESULTS: file },
  });
  const counts = readCounts(file);
  return { ...(code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts), said: output };
}

/** @param {string} file @returns {Counts} */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** @param {string} folder */
function hasTests(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).some((name) =>
      name.endsWith(".test.ts"),
    );
  } catch {
    return false;
  }
}

/** @param {Counts} counts */
function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
