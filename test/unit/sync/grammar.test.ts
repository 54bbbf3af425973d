import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";

const root = path.resolve(__dirname, "../../..");
const own = path.join(root, "syntaxes/sync-definition.tmLanguage.json");
const fixtures = path.join(root, "test/fixtures/grammar");

type Files = Readonly<Record<string, string>>;

/** Our small YAML grammar always; VS Code's own too, where the editor tests have installed one. */
const grammars: Readonly<Record<string, Files>> = {
  "a small YAML grammar": {
    "source.yaml": path.join(fixtures, "yaml.tmLanguage.json"),
    "source.sql": path.join(fixtures, "sql.tmLanguage.json"),
  },
  ...Object.fromEntries(vscodeExtensions().map((folder) => ["VS Code's YAML grammar", filesBelow(folder)])),
};

function vscodeExtensions(): readonly string[] {
  const inside = (folder: string) =>
    existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  const downloaded = path.join(root, ".vscode-test");
  return [
    ...inside(path.join(downloaded, "stand-in")).map((each) =>
      path.join(each, "node_modules/code-server/lib/vscode/extensions"),
    ),
    ...inside(downloaded).map((each) => path.join(each, "resources/app/extensions")),
  ]
    .filter((folder) => existsSync(path.join(folder, "yaml/syntaxes/yaml.tmLanguage.json")))
    .slice(0, 1);
}

function filesBelow(extensions: string): Files {
  const yaml = (version: string) => path.join(extensions, `yaml/syntaxes/yaml${version}.tmLanguage.json`);
  const versions = ["1.0", "1.1", "1.2", "1.3", "embedded"].map((version) => [
    `source.yaml.${version}`,
    yaml(`-${version}`),
  ]);
  const sql = path.join(extensions, "sql/syntaxes/sql.tmLanguage.json");
  return { ...Object.fromEntries(versions), "source.yaml": yaml(""), "source.sql": sql };
}

let engine: Promise<void> | undefined;

async function load(files: Files): Promise<IGrammar> {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await (engine ??= loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)));
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: (scope) => {
      const file = scope === "source.sync-definition" ? own : files[scope];
      return Promise.resolve(file === undefined ? null : parseRawGrammar(readFileSync(file, "utf8"), file));
    },
  });
  const grammar = await registry.loadGrammar("source.sync-definition");
  assert.ok(grammar);
  return grammar;
}

/** Every text that is coloured as SQL, in order; and the scopes of a word's first place. */
function colour(grammar: IGrammar, text: string) {
  const sql: string[] = [];
  const words: { readonly text: string; readonly scopes: string }[] = [];
  let stack = INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    let inside = "";
    for (const { startIndex, endIndex, scopes } of tokens) {
      const piece = line.slice(startIndex, endIndex);
      words.push({ text: piece, scopes: scopes.join(" ") });
      if (scopes.some((scope) => scope.startsWith("meta.embedded"))) inside += piece;
    }
    if (inside.trim() !== "") sql.push(inside.trim());
  }
  return { sql, scopesOf: (word: string) => words.find((each) => each.text.trim() === word)?.scopes ?? "" };
}

describe("the grammar of sync files", () => {
  for (const [name, files] of Object.entries(grammars)) {
    describe(`on ${name}`, () => {
      let grammar: IGrammar;
      before(async () => {
        grammar = await load(files);
      });

      const cases: readonly (readonly [string, string, readonly string[]])[] = [
        [
          "a block in a map",
          "model:\n  sql: |\n    select a\n\n      from t\n  key: id\nmode: x",
          ["select a", "from t"],
        ],
        [
          "a block deeper down",
          "fields:\n  a:\n    sql: >-\n      round(a)\n    nulls: skip\n  b: select",
          ["round(a)"],
        ],
        ["a block with a comment and an indicator", "model:\n  sql: |2- # why\n    select a\n  key: id", ["select a"]],
        [
          "two blocks",
          "fields:\n  a:\n    sql: |\n      from a\n  b:\n    sql: |\n      from b\nmode: where",
          ["from a", "from b"],
        ],
        ["a value on the line", "fields:\n  a:\n    sql: round(a, 2) # digits\n  b: where", ["round(a, 2)"]],
        [
          "a value in braces",
          "fields:\n  a: { sql: round(a), nulls: skip }\n  b: { sql: a, write: always }\n  c: where",
          ["round(a)", "a"],
        ],
        ["a value in double quotes", 'fields:\n  a: { sql: "round(a, 2)", nulls: skip }\n  b: where', ["round(a, 2)"]],
        ["a value in single quotes", "fields:\n  a: { sql: 'round(a, ''x'')' }\n  b: where", ["round(a, ''x'')"]],
        [
          "text of SQL that stays open on a line",
          "fields:\n  a:\n    sql: concat('a\n  b: where\nmode: x",
          ["concat('a"],
        ],
        [
          "a comment of SQL that stays open in a block",
          "model:\n  sql: |\n    select /* a\n  key: where\nmode: x",
          ["select /* a"],
        ],
        [
          "a text that stays open in a block",
          "model:\n  sql: |\n    select 'it\n  key: where\nmode: x",
          ["select 'it"],
        ],
        ["nothing under another key", "model:\n  nosql: |\n    select a\n  sqlx: select a\n  key: id", []],
        ["nothing inside another block", "description: |\n  sql: select a\nmode: x", []],
        ["nothing in a comment", "# sql: select a\nmode: x", []],
        ["nothing while there is no value", "model:\n  sql:\n  key: select", []],
      ];
      for (const [what, text, expected] of cases) {
        it(`colours ${what}`, () => assert.deepEqual(colour(grammar, text).sql, expected));
      }

      it("colours SQL as SQL, and the key as a key", () => {
        const { scopesOf } = colour(grammar, "model:\n  sql: |\n    select a\n  key: id");
        assert.match(scopesOf("select"), /meta\.embedded\.block\.sql .*keyword/);
        assert.match(scopesOf("sql"), /entity\.name\.tag\.yaml/);
        assert.match(scopesOf("key"), /entity\.name\.tag\.yaml/);
        assert.doesNotMatch(scopesOf("key"), /embedded/);
      });

      it("leaves everything else to YAML", () => {
        const { scopesOf } = colour(grammar, 'mode: upsert # c\nfields:\n  a: "x"');
        assert.match(scopesOf("mode"), /entity\.name\.tag\.yaml/);
        assert.match(scopesOf("upsert"), /string\.unquoted/);
      });
    });
  }
});

describe("the language configuration", () => {
  const configuration = JSON.parse(readFileSync(path.join(root, "syntaxes/language-configuration.json"), "utf8")) as {
    readonly indentationRules: { readonly increaseIndentPattern: string };
    readonly comments: unknown;
    readonly folding: { readonly offSide: boolean };
  };

  it("indents after a key without a value and after a block's header, and nowhere else", () => {
    const increase = new RegExp(configuration.indentationRules.increaseIndentPattern);
    for (const line of ["fields:", "  sql: |", "  sql: >- # c", '"a b":', "- a:", "  m: &x", "key:   # why"])
      assert.ok(increase.test(line), line);
    for (const line of ["mode: upsert", "# comment:", "  - a", "a: b:c", "", "url: http://x", '  t: "a:"'])
      assert.ok(!increase.test(line), line);
  });

  it("comments with # and folds by indentation", () => {
    assert.deepEqual(configuration.comments, { lineComment: "#" });
    assert.equal(configuration.folding.offSide, true);
  });
});
