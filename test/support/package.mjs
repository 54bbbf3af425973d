/**
 * `npm run package`: the extension as .vsix files into dist/packages/, one for each platform, since DuckDB is native. Each
 * holds what runs without node_modules. `npm run package -- linux-x64 win32-x64` makes some; the tests make their own platform's.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./children.mjs";
import { giveUp, install, root } from "./install.mjs";
import { temporaryFolder } from "./temporary.mjs";

/** VS Code's name of a platform → the package with DuckDB's native part for it. */
const natives = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "alpine-x64": "linux-x64-musl",
  "alpine-arm64": "linux-arm64-musl",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "win32-x64",
  "win32-arm64": "win32-arm64",
};
/** @typedef {keyof typeof natives} Target */

/** Downloaded and unpacked by everyone who installs the extension. */
const mostMegabytes = 45;

/** This machine's own platform. @returns {Target} */
export function ownTarget() {
  const musl = process.platform === "linux" && !("glibcVersionRuntime" in reportHeader());
  const target = musl ? `alpine-${process.arch}` : `${process.platform}-${process.arch}`;
  if (!isTarget(target)) throw new Error(`There is no package for ${target}.`);
  return target;
}

/**
 * Makes the .vsix of one platform and gives its file. Throws where it is larger than promised.
 * @param {Target} target
 */
export async function packageFor(target) {
  const stage = temporaryFolder("package");
  // Not before it is needed: in a bare checkout there is no esbuild yet.
  const { build } = await import("../../esbuild.mjs");
  await build({ outdir: join(stage, "dist"), production: true, standalone: true });
  const native = join(stage, "dist/native");
  mkdirSync(native);
  const from = await nativePart(target);
  for (const name of readdirSync(from).filter((each) => /\.(node|so|dylib|dll)$/.test(each)))
    copyFileSync(join(from, name), join(native, name));
  for (const name of ["media", "syntaxes"]) cpSync(join(root, name), join(stage, name), { recursive: true });
  for (const name of readdirSync(root).filter((each) =>
    /^(package\.nls.*\.json|README\.md|CHANGELOG\.md|LICENSE|\.vscodeignore)$/.test(each),
  ))
    copyFileSync(join(root, name), join(stage, name));
  const manifest = shippedManifest();
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const file = join(root, "dist/packages", `${manifest.name}-${manifest.version}-${target}.vsix`);
  mkdirSync(join(root, "dist/packages"), { recursive: true });
  // In its folder, since vsce looks around in the one it is started in.
  const vsce = join(root, "node_modules/@vscode/vsce/vsce");
  const args = ["package", "--target", target, "--no-dependencies", "--skip-license", "--out", file];
  const { code, output } = await run(process.execPath, [vsce, ...args], { cwd: stage });
  if (code !== 0) throw new Error(`The package for ${target} could not be made.\n${output}`);
  const megabytes = statSync(file).size / 1e6;
  if (megabytes > mostMegabytes)
    throw new Error(`${file} has ${megabytes.toFixed(1)} MB, more than the ${mostMegabytes} that are promised.`);
  return { file, megabytes };
}

/** The manifest without what only a checkout needs. */
function shippedManifest() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const key of ["private", "bin", "scripts", "devDependencies", "dependencies", "overrides"]) delete manifest[key];
  return manifest;
}

/** The folder with DuckDB's library for a platform: this machine's own is installed, others are fetched as packages. @param {Target} target */
async function nativePart(target) {
  const name = `@duckdb/node-bindings-${natives[target]}`;
  const installed = join(root, "node_modules", name);
  if (existsSync(installed)) return installed;
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/@duckdb/node-api/package.json"), "utf8"));
  const folder = temporaryFolder("native");
  const packed = await run("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", folder], {
    cwd: folder,
  });
  const [archive] = readdirSync(folder);
  if (packed.code !== 0 || archive === undefined) throw new Error(`${name} could not be fetched.\n${packed.output}`);
  const unpacked = await run("tar", ["-xzf", archive], { cwd: folder });
  if (unpacked.code !== 0) throw new Error(`${name} could not be unpacked.\n${unpacked.output}`);
  return join(folder, "package");
}

/** @returns {object} */
function reportHeader() {
  const report = process.report.getReport();
  return typeof report === "object" && "header" in report ? /** @type {object} */ (report.header) : {};
}

/** @param {string} name @returns {name is Target} */
function isTarget(name) {
  return Object.hasOwn(natives, name);
}

async function main() {
  await install();
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !isTarget(name));
  if (unknown.length > 0)
    throw new Error(`There is no target ${unknown.join(", ")}: ${Object.keys(natives).join(", ")}.`);
  const targets = /** @type {Target[]} */ (asked.length > 0 ? asked : Object.keys(natives));
  for (const target of targets) {
    const { file, megabytes } = await packageFor(target);
    console.log(`${file}  ${megabytes.toFixed(1)} MB`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main().catch(giveUp);
