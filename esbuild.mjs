// Builds everything that ships into dist/: extension, engine process, command line, webviews; and the JSON Schemas.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as esbuild from "esbuild";

const watch = process.argv.includes("--watch");
const production = process.argv.includes("--production");

/** @type {import("esbuild").BuildOptions} */
const shared = {
  bundle: true,
  sourcemap: production ? false : "linked",
  minify: production,
  logLevel: "warning",
  legalComments: "none",
};

/** @type {import("esbuild").BuildOptions[]} */
const builds = [
  {
    ...shared,
    entryPoints: {
      extension: "src/extension.ts",
      engine: "src/engine.ts",
      cli: "src/cli.ts",
      schemas: "src/schemas.ts",
    },
    outdir: "dist",
    platform: "node",
    format: "cjs",
    target: "node20",
    // DuckDB is native: it stays a package and is required on first use.
    external: ["vscode", "@duckdb/node-api"],
    // import() of a package becomes a require() at the same moment: a fifth of a second less for each command.
    supported: { "dynamic-import": false },
  },
  {
    ...shared,
    entryPoints: { results: "webview/results/main.ts" },
    outdir: "dist/webview",
    platform: "browser",
    format: "iife",
    target: "es2022",
  },
];

rmSync("dist", { recursive: true, force: true });
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(builds.map((options) => esbuild.build(options)));
  writeSchemas();
}

function writeSchemas() {
  const { schemas } = createRequire(import.meta.url)("./dist/schemas.js");
  mkdirSync("media/schemas", { recursive: true });
  for (const [name, schema] of Object.entries(schemas())) {
    writeFileSync(`media/schemas/${name}.schema.json`, JSON.stringify(schema, null, 2) + "\n");
  }
  rmSync("dist/schemas.js", { force: true });
  rmSync("dist/schemas.js.map", { force: true });
}
