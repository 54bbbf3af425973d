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

  it("that pages show go through t", () => {
    assert.deepEqual(sourcesIn("webview").flatMap(bypassingInPage), []);
  });

  const shown = [
    ["element's children", `element("span.dim", "required")`, ["required"]],
    ["a choice between two", `element("p", wide ? "Show all" : t("Show some"))`, ["Show all"]],
    ["parts of a template", "element('p', `${count} rows`)", ["… rows"]],
    ["names for those who hear", `attributes(box, { "aria-label": "Find a column" })`, ["Find a column"]],
    ["attributes one by one", `box.setAttribute("title", "Close")`, ["Close"]],
    ["assigned texts", `box.textContent = "Nothing here"`, ["Nothing here"]],
    ["texts that are returned", `const empty = () => "No rows";`, ["No rows"]],
    ["no translated ones", `element("p", t("Show {0}", name)); box.title = t("Close")`, []],
    ["no shapes, classes and signs", `element("span.Big one"); box.className = "grid wide"; element("i", "→ ")`, []],
  ] as const;
  for (const [what, code, found] of shown) {
    it(`are found in a page: ${what}`, () => {
      const source = ts.createSourceFile("page.ts", code, ts.ScriptTarget.ES2022, true);
      assert.deepEqual(
        bypassingInPage(source).map((each) => each.replace(/^page\.ts:\d+: /, "")),
        found,
      );
    });
  }
});

/** The words of a literal, with … for what is filled in. */
function wordsOf(node: ts.Node): string | undefined {
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** What SQL, keys and templates are called in every language. */
const sameEverywhere = ["NULL", "Ctrl+C", "Alt+↓", "Enter", "{{ first_name }} {{ last_name }}"];
const spokenNames =
  /^(text|textContent|label|title|placeholder|heading|words|message|hint|keys|alt|ariaLabel|aria-(label|description|roledescription|valuetext))$/;

/** Words that a page would show as they are written: what `element` is given, texts and names of elements, what is returned. */
function bypassingInPage(source: ts.SourceFile): readonly string[] {
  return [...nodesOf(source)].flatMap((node) => {
    const words = wordsOf(node);
    if (words === undefined || sameEverywhere.includes(words) || !/[A-Za-z]{2}/.test(words)) return [];
    if (!isShown(node, words, source)) return [];
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return [`${source.fileName}:${line + 1}: ${words}`];
  });
}

function isShown(literal: ts.Node, words: string, source: ts.SourceFile): boolean {
  let node = literal;
  // A condition's own text is only compared; what it chooses is shown.
  while (
    ts.isParenthesizedExpression(node.parent) ||
    ts.isArrayLiteralExpression(node.parent) ||
    ts.isSpreadElement(node.parent) ||
    (ts.isConditionalExpression(node.parent) && node.parent.condition !== node) ||
    (ts.isBinaryExpression(node.parent) && /^(\?\?|\|\||&&|\+)$/.test(node.parent.operatorToken.getText(source)))
  )
    node = node.parent;
  const { parent } = node;
  const isPhrase = /[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]+\b|^\(/.test(words);
  if (ts.isCallExpression(parent)) {
    const called = parent.expression.getText(source);
    const [first] = parent.arguments;
    if (called === "element") return first !== node;
    if (called === "unseen") return true;
    if (/\.(append|prepend|replaceChildren)$/.test(called)) return true;
    return /\.setAttribute$/.test(called) && first !== node && spokenNames.test(wordsOf(first ?? parent) ?? "");
  }
  if (ts.isPropertyAssignment(parent))
    return isPhrase && spokenNames.test(parent.name.getText(source).replaceAll('"', ""));
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return ts.isPropertyAccessExpression(parent.left) && spokenNames.test(parent.left.name.text);
  return (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) && isPhrase;
}

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
