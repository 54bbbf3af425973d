import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { bundleFolder, gatherTexts, languages, nodesOf, readTranslation, sourcesIn } from "../support/l10n.mjs";

const root = path.join(__dirname, "../..");
const json = (file: string): Record<string, string> => JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;

/** {0}, {1}: what a translation must say as often as the text does. */
const holes = (text: string): readonly string[] => [...text.matchAll(/\{\d+\}/g)].map(([hole]) => hole).sort();
/** Links and code, which no translation may change: [label](command:…) and `name`. */
const fixed = (text: string): readonly string[] =>
  [...text.matchAll(/\(command:[^)]+\)|`[^`]+`|\$\([\w-]+\)/g)].map(([part]) => part).sort();

describe("the texts", () => {
  const texts = gatherTexts();

  it("are gathered in the bundle for translators, as the code says them", () => {
    assert.deepEqual(
      json(path.join(bundleFolder, "bundle.l10n.json")),
      texts,
      "The bundle is out of date: run npm run l10n, and translate what it lists.",
    );
  });

  for (const language of languages()) {
    it(`are all translated into ${language}, with the same blanks`, () => {
      const translation = readTranslation(language);
      assert.deepEqual(Object.keys(translation).sort(), Object.keys(texts).sort());
      const wrong = Object.entries(translation).filter(
        ([text, translated]) =>
          translated.trim() === "" ||
          String(holes(text)) !== String(holes(translated)) ||
          String(fixed(text)) !== String(fixed(translated)),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it("of the manifest are all translated, with the same links and names", () => {
    const english = json(path.join(root, "package.nls.json"));
    const translated = readdirSync(root).filter((name) => /^package\.nls\..+\.json$/.test(name));
    assert.deepEqual(translated.map((name) => name.split(".")[2]).sort(), [...languages()].sort());
    for (const name of translated) {
      const translation = json(path.join(root, name));
      assert.deepEqual(Object.keys(translation).sort(), Object.keys(english).sort(), name);
      for (const [key, text] of Object.entries(english))
        assert.deepEqual(fixed(translation[key] ?? ""), fixed(text), `${name}: ${key}`);
    }
  });

  it("that users of the editor read go through vscode.l10n", () => {
    assert.deepEqual(sourcesIn("src/editor").flatMap(bypassing), []);
  });
});

/**
 * Sentences in files that speak to VS Code, but for what only the log and the developers see. Files without `vscode`
 * speak for the engine, whose messages are the command line's too.
 */
function bypassing(source: ts.SourceFile): readonly string[] {
  if (!/from "vscode"/.test(source.text) && !/registerCommand\(/.test(source.text)) return [];
  return [...nodesOf(source)].flatMap((node) => {
    const spoken = ts.isTemplateExpression(node)
      ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…")
      : ts.isStringLiteralLike(node)
        ? node.text
        : "";
    if (!/[A-Za-z]{2,},? [A-Za-z]{2,}.*[.?!…]$|^[A-Z][a-z]+ [A-Za-z ]+$/.test(spoken)) return [];
    for (let parent = node.parent; !ts.isStatement(parent); parent = parent.parent) {
      if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) continue;
      if (/^(vscode\.l10n\.t|(.+\.)?log(\.\w+)?|Error)$/.test(parent.expression.getText(source))) return [];
    }
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return [`${source.fileName}:${line + 1}: ${spoken}`];
  });
}
