/**
 * `npm run l10n`: gathers the texts of the code into media/l10n/bundle.l10n.json, which translators start from, and says
 * what each translation lacks. By TypeScript's own parser: the usual exporter does not follow a `t` that is re-exported,
 * and misreads escapes.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "../..");
export const bundleFolder = join(root, "media/l10n");

/** Text → text, sorted: what media/l10n/bundle.l10n.json holds. */
export function gatherTexts() {
  const texts = [...sourcesIn("src"), ...sourcesIn("webview")].flatMap(textsOf);
  return Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
}

/** @param {string} folder @returns {ts.SourceFile[]} */
export function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .sort()
    .map((name) => {
      const file = `${folder}/${name.replaceAll("\\", "/")}`;
      return ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.ES2022, true);
    });
}

/**
 * Every node below another, itself first.
 * @param {ts.Node} node
 * @returns {Generator<ts.Node>}
 */
export function* nodesOf(node) {
  yield node;
  /** @type {ts.Node[]} */
  const children = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** @param {ts.SourceFile} source @returns {string[]} */
function textsOf(source) {
  const inWebview = source.fileName.startsWith("webview/");
  return [...nodesOf(source)].flatMap((node) => {
    if (!ts.isCallExpression(node)) return [];
    const called = node.expression.getText(source);
    if (called !== "vscode.l10n.t" && !(inWebview && called === "t")) return [];
    const [text] = node.arguments;
    if (text !== undefined && ts.isStringLiteralLike(text)) return [text.text];
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    throw new Error(
      `${source.fileName}:${line + 1}: a text to translate must be one literal, so that it can be gathered.`,
    );
  });
}

/** A translation's texts by the text they translate. @param {string} language */
export function readTranslation(language) {
  /** @type {Record<string, string>} */
  const translation = JSON.parse(readFileSync(join(bundleFolder, `bundle.l10n.${language}.json`), "utf8"));
  return translation;
}

export function languages() {
  return readdirSync(bundleFolder).flatMap((name) => /^bundle\.l10n\.([\w-]+)\.json$/.exec(name)?.[1] ?? []);
}

if (import.meta.filename === resolve(process.argv[1] ?? "")) {
  const texts = gatherTexts();
  mkdirSync(bundleFolder, { recursive: true });
  writeFileSync(join(bundleFolder, "bundle.l10n.json"), JSON.stringify(texts, null, 2) + "\n");
  console.log(`${Object.keys(texts).length} texts.`);
  for (const language of languages()) {
    const translation = readTranslation(language);
    for (const text of Object.keys(texts)) if (!(text in translation)) console.log(`${language} lacks: ${text}`);
    for (const text of Object.keys(translation))
      if (!(text in texts)) console.log(`${language} no longer needs: ${text}`);
  }
}
