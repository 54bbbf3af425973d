import assert from "node:assert/strict";
import path from "node:path";
import * as esbuild from "esbuild";
import { builds } from "../../esbuild.mjs";

/** What VS Code loads at activation, as it is shipped. */
async function extensionBundle(): Promise<{ readonly bytes: number; readonly inputs: readonly string[] }> {
  const options = builds({ outdir: "dist", production: true, standalone: true }).find(
    ({ entryPoints }) => entryPoints !== undefined && "extension" in entryPoints,
  );
  const { metafile } = await esbuild.build({
    ...options,
    absWorkingDir: path.join(__dirname, "../.."),
    entryPoints: { extension: "src/extension.ts" },
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  return { bytes: output?.bytes ?? Infinity, inputs: Object.keys(output?.inputs ?? {}) };
}

describe("what VS Code loads at activation", () => {
  let bundle: Awaited<ReturnType<typeof extensionBundle>>;
  before(async () => {
    bundle = await extensionBundle();
  });

  it("is less than 500 kB", () => assert.ok(bundle.bytes < 500_000, `${bundle.bytes} bytes`));

  it("reads no text yet: schemas, YAML and connectors come with the first one", () => {
    const early = bundle.inputs.filter((file) => /^(node_modules\/(zod|yaml)|src\/destinations)\//.test(file));
    assert.deepEqual(early, [], "Load it through parsers() of src/editor/parser.ts.");
  });
});
