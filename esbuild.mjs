// Builds everything that ships into dist/: extension, engine process, command line, webviews; and the JSON Schemas.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

/**
 * @typedef {object} BuildSettings
 * @property {string} outdir
 * @property {boolean} production minified, without source maps
 * @property {boolean} standalone what runs without node_modules: drivers become files beside the bundles
 */

/** Files of drivers and the packages they hold. */
const drivers = { duckdb: "@duckdb/node-api", postgresql: "pg", "postgresql-copy": "pg-copy-streams" };

/**
 * @param {BuildSettings} settings
 * @returns {import("esbuild").BuildOptions[]}
 */
export function builds({ outdir, production, standalone }) {
  /** @type {import("esbuild").BuildOptions} */
  const shared = {
    bundle: true,
    sourcemap: production ? false : "linked",
    minify: production,
    logLevel: "warning",
    legalComments: "none",
  };
  /** @type {import("esbuild").BuildOptions} */
  const node = {
    ...shared,
    platform: "node",
    format: "cjs",
    target: "node20",
    // import() of a package becomes a require() at the same moment: a fifth of a second less for each command.
    supported: { "dynamic-import": false },
  };
  return [
    {
      ...node,
      entryPoints: {
        extension: "src/extension.ts",
        language: "src/language.ts",
        engine: "src/engine.ts",
        cli: "src/cli.ts",
      },
      outdir,
      // Drivers are packages in a checkout, files of their own in what is shipped. Either is required on first use.
      external: standalone ? [] : Object.values(drivers),
      plugins: [
        editorOnce,
        // What reads texts brings every schema along: the extension requires it with the first text.
        leadTo("../language", "./language.js"),
        ...(standalone ? Object.entries(drivers).map(([file, name]) => leadTo(name, `./drivers/${file}.js`)) : []),
      ],
    },
    ...(standalone
      ? [
          {
            ...node,
            entryPoints: drivers,
            outdir: join(outdir, "drivers"),
            // pg would take its native twin where it is installed; nobody ships it.
            external: ["pg-native"],
            plugins: [leadTo("@duckdb/node-bindings", "../native/duckdb.node")],
          },
        ]
      : []),
    {
      ...shared,
      entryPoints: { results: "webview/results/main.ts", mapping: "webview/mapping/main.ts" },
      outdir: join(outdir, "webview"),
      platform: "browser",
      format: "iife",
      target: "es2022",
    },
  ];
}

/** @param {BuildSettings} settings */
export async function build(settings) {
  rmSync(settings.outdir, { recursive: true, force: true });
  await Promise.all([...builds(settings).map((options) => esbuild.build(options)), writeSchemas()]);
}

/**
 * A package that is required from a file beside the bundle instead.
 * @param {string} name
 * @param {string} file
 * @returns {import("esbuild").Plugin}
 */
function leadTo(name, file) {
  return {
    name: `lead to ${file}`,
    setup: ({ onResolve }) =>
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ kind }) =>
        kind === "entry-point" ? undefined : { path: file, external: true },
      ),
  };
}

/**
 * The editor's API once for the whole bundle: esbuild would copy its hundreds of names for each file that imports it, which
 * took longer than all else of activation.
 * @type {import("esbuild").Plugin}
 */
const editorOnce = {
  name: "vscode once",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === "editor" ? { path: "vscode", external: true } : { path: "vscode", namespace: "editor" },
    );
    onLoad({ filter: /^vscode$/, namespace: "editor" }, () => {
      const below = readdirSync("src/editor", { recursive: true, encoding: "utf8" }).filter((file) =>
        file.endsWith(".ts"),
      );
      const files = ["src/extension.ts", ...below.map((file) => join("src/editor", file))];
      const used = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\bvscode\.([A-Za-z]\w*)/g)]);
      const names = [...new Set(used.map(([, name]) => name))].sort();
      return { contents: `const editor = require("vscode");\nexport const { ${names.join(", ")} } = editor;` };
    });
  },
};

async function writeSchemas() {
  const file = resolve("node_modules/.cache/sluice/schemas.js");
  await esbuild.build({
    bundle: true,
    platform: "node",
    format: "cjs",
    logLevel: "warning",
    entryPoints: ["src/schemas.ts"],
    outfile: file,
    external: Object.values(drivers),
  });
  const { schemas } = createRequire(import.meta.url)(file);
  mkdirSync("media/schemas", { recursive: true });
  for (const [name, schema] of Object.entries(schemas())) {
    writeFileSync(`media/schemas/${name}.schema.json`, JSON.stringify(schema, null, 2) + "\n");
  }
}

async function main() {
  const settings = { outdir: "dist", production: process.argv.includes("--production"), standalone: false };
  if (!process.argv.includes("--watch")) return build(settings);
  rmSync(settings.outdir, { recursive: true, force: true });
  for (const options of builds(settings)) await (await esbuild.context(options)).watch();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void main();
