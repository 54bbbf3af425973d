import { parseSync } from "../../../src/sync/parse";
import { expectProblems } from "../project/expectations";

const model = "model: { table: t, key: id }\n";
const destination = "destination: { connection: crm, object: contacts }\n";
const rest = `${model}${destination}mode: upsert\n`;
const fields = "fields: { email: email }\n";

/** What is wrong, and a file that carries its expectation. */
const files: Readonly<Record<string, string>> = {
  // The file as a whole
  "an empty file": "\n\n#^| not-a-sync\n",
  "a comment alone": "# nothing\n#^^^^^^^^ not-a-sync\n",
  "a list": "- a\n#^^ not-a-sync\n",
  "a word": "hello\n#^^^^ not-a-sync\n",
  "two documents": `${rest}${fields}---\n#^... several-documents\na: 1\n`,
  "a null byte": `${rest}fields: { a: "x\0y" }\n#              ^ control-character\n`,
  "another version of YAML": `%YAML 1.1\n#^^^^^^^^ yaml-version\n---\n${rest}${fields}`,
  "missing keys":
    'name: x\n#^^^ missing-key: The file needs the key "model"\n#^^^ missing-key: "destination"\n#^^^ missing-key: "mode"\n#^^^ missing-key: "fields"\n',

  // YAML
  "a tab as indentation": `${rest}fields:\n\temail: email\n#^... yaml-syntax: Tabs\n`,
  "an unclosed quote": `${rest}${fields}description: "open\n#                 ^... yaml-syntax: quote\n`,
  "an unclosed bracket": `${rest}${fields}tags: [a, b\n#          ^... yaml-syntax: bracket\n`,
  "two keys on a line": `${rest}${fields}description: a: b\n#            ^ yaml-syntax: Put the value in quotes\n`,
  "a reserved character": `${rest}fields:\n  email: @email\n#        ^ yaml-syntax: quotes\n`,
  "a duplicate key": `${rest}${fields}mode: insert\n#^^^ duplicate-key: "mode" is there twice\n`,
  "a duplicate field": `${rest}fields:\n  email: a\n  email: b\n# ^^^^^ duplicate-key\n`,
  "an unknown alias": `${rest}fields:\n  email: *nope\n#        ^^^^^ bad-alias: There is no &nope\n`,
  "an alias of itself": `${rest}${fields}tags: &t [*t]\n#         ^^ bad-alias: inside the value\n`,
  "a merge key": `${rest}fields:\n  <<: { a: b }\n# ^^ bad-key: Merge keys\n  c: d\n`,
  "a custom tag": `${rest}fields:\n  email: !env email\n#        ^^^^ unknown-tag\n`,
  "a key that is a list": `${rest}fields:\n  ? [a]\n#   ^^^ bad-key: must be text\n  : b\n  c: d\n`,
  "a key that would change the object": `${rest}fields:\n  __proto__: a\n# ^^^^^^^^^ bad-key\n  c: d\n`,
  "an empty key": `${rest}fields:\n  : a\n# ^| bad-key: missing before the colon\n  c: d\n`,

  // Keys and types
  "an unknown key": `${rest}${fields}guard: {}\n#^^^^ unknown-key: Did you mean "guards"?\n`,
  "a key in another spelling":
    `${rest.replace("upsert", "mirror")}${fields}onRemoved: keep\n#^^^^^^^^ unknown-key: Did you mean "on_removed"?\n`.replace(
      "mode: mirror\n",
      "mode: mirror\n#     ^^^^^^ missing-key: on_removed\n",
    ),
  "a key nothing resembles": `${rest}${fields}schedule: daily\n#^^^^^^^ unknown-key: Known keys are name, description, after\n`,
  "tests, which belong elsewhere": `${rest}${fields}tests: []\n#^^^^ unknown-key\n`,
  "an unknown mode": `${model}${destination}mode: upser\n#     ^^^^^ invalid-value: Did you mean "upsert"?\n${fields}`,
  "a mode that is a list": `${model}${destination}mode: [upsert]\n#     ^^^^^^^^ invalid-value\n${fields}`,
  "an empty mode": `${model}${destination}mode:\n#^^^ invalid-value\n${fields}`,
  "a name that is a number": `name: 5\n#     ^ wrong-type: "name" must be text\n${rest}${fields}`,
  "a name that leads elsewhere": `name: ../up\n#     ^^^^^ invalid-name\n${rest}${fields}`,
  "a text for a list": `${rest}${fields}tags: crm\n#     ^^^ wrong-type: a list\n`,
  "a wrong item of a list": `${rest}${fields}tags: [a, 5]\n#         ^ wrong-type: Item 2 of "tags"\n`,
  "a destination that is a word": `${model}destination: crm\n#            ^^^ wrong-type: keys with values\nmode: upsert\n${fields}`,
  "a destination without its object": `${model}destination:\n#^^^^^^^^^^ missing-key: "destination" needs the key "object"\n  connection: crm\nmode: upsert\n${fields}`,
  "a secret in a sync": `${model}destination: { connection: crm, object: o, key: "\${secret:K}" }\n#                                               ^^^^^^^^^^^^^ interpolation-in-sync\nmode: upsert\n${fields}`,

  // Model
  "a model without rows": `model: { key: id }\n#^^^^ missing-source: sql, file, table and dbt\n${destination}mode: upsert\n${fields}`,
  "a model of two sources": `model: { table: t, sql: select 1, key: id }\n#        ^^^^^ several-sources\n${destination}mode: upsert\n${fields}`,
  "a model without a key": `model: { table: t }\n#^^^^ missing-key: the column that identifies\n${destination}mode: upsert\n${fields}`,
  "an empty composite key": `model: { table: t, key: [] }\n#                       ^^ invalid-value: at least one column\n${destination}mode: upsert\n${fields}`,
  "a key column named twice": `model: { table: t, key: [id, id] }\n#                            ^^ duplicate-column\n${destination}mode: upsert\n${fields}`,
  "an absolute path": `model: { file: /home/me/x.sql, key: id }\n#              ^^^^^^^^^^^^^^ absolute-path\n${destination}mode: upsert\n${fields}`,
  "blank SQL": `model: { sql: "  ", key: id }\n#             ^^^^ missing-value: Write a SELECT\n${destination}mode: upsert\n${fields}`,

  // Modes and their keys
  "a mirror that does not say what to remove": `${model}${destination}mode: mirror\n#     ^^^^^^ missing-key: on_removed\n${fields}`,
  "on_removed without mirror": `${rest}on_removed: keep\n#^^^^^^^^^ key-not-applicable: mode: mirror\n${fields}`,
  "scope without mirror": `${rest}scope: all\n#^^^^ key-not-applicable\n${fields}`,
  "on without append": `${rest}on: changed\n#^ key-not-applicable: mode: append\n${fields}`,
  "an unknown removal": `${model}${destination}mode: mirror\non_removed: achive\n#           ^^^^^^ invalid-value: Did you mean "archive"?\n${fields}`,
  "a sync after itself": `name: a\nafter: [b, a]\n#          ^ after-itself\n${rest}${fields}`,

  // Fields
  "no fields": `${rest}fields: {}\n#^^^^^ no-fields\n`,
  "empty fields": `${rest}fields:\n#^^^^^ missing-value\n`,
  "a field without a column": `${rest}fields:\n  email:\n# ^^^^^ missing-value: text or keys with values\n`,
  "a column that reads as a number": `${rest}fields:\n  email: 2024\n#        ^^^^ wrong-type\n`,
  "an unknown mapping key": `${rest}fields:\n  a: { column: b, nuls: skip }\n#                 ^^^^ unknown-key: Did you mean "nulls"?\n`,
  "a mapping without a source": `${rest}fields:\n  a: { nulls: skip }\n# ^ missing-source: one of column, sql, value\n`,
  "a mapping of two sources": `${rest}fields:\n  a: { column: b, value: 1 }\n#                 ^^^^^ several-sources: column and value\n`,
  "values of a template": `${rest}fields:\n  a: { template: x, values: { a: b } }\n#                   ^^^^^^ key-not-applicable\n`,
  "a default without values": `${rest}fields:\n  a: { column: b, default: x }\n#                 ^^^^^^^ key-not-applicable: coalesce\n`,
  "missing without a lookup": `${rest}fields:\n  a: { column: b, missing: skip }\n#                 ^^^^^^^ key-not-applicable\n`,
  "a lookup without by": `${rest}fields:\n  a: { lookup: companies, column: b }\n# ^ missing-key: "by"\n`,
  "an unclosed template": `${rest}fields:\n  a: { template: "Hi {{ name" }\n#                    ^^^^^^^ template-unclosed\n`,
  "an empty template column": `${rest}fields:\n  a: { template: 'It''s {{ }}' }\n#                       ^^^^^ template-empty\n`,
  "an unclosed template in a block": `${rest}fields:\n  a:\n    template: |\n      Dear {{ a }},\n\n      bye {{ b\n#         ^... template-unclosed\n`,
  "a template without quotes": `${rest}fields:\n  a: { template: {{ name }} }\n#                ^^^^^^^^^^ wrong-type: must be text\n#                 ^^^^^^^^ bad-key\n`,
  "a comma that ends an expression": `${rest}fields:\n  a: { sql: round(ltv, 2), nulls: skip }\n#           ^^^^^^^^^^^^^ unquoted-comma: Put the value in quotes\n`,
  "a number that loses digits": `${rest}fields:\n  a: { value: 12345678901234567890 }\n#             ^^^^^^^^^^^^^^^^^^^^ inexact-number: quotes\n`,
  "an unknown way of writing": `${rest}fields:\n  a: { column: b, write: if_emtpy }\n#                        ^^^^^^^^ invalid-value: Did you mean "if_empty"?\n`,

  // Guards and alerts
  "a share above all": `${rest}${fields}guards: { max_removed: 120% }\n#                      ^^^^ invalid-value: a share like 5%\n`,
  "a negative limit": `${rest}${fields}guards: { max_removed: -1 }\n#                      ^^ invalid-value: cannot be negative\n`,
  "a share of rows": `${rest}${fields}guards: { min_rows: 5% }\n#                   ^^ wrong-type: a number\n`,
  "an unknown guard": `${rest}${fields}guards:\n  max_remove: 5%\n# ^^^^^^^^^^ unknown-key: Did you mean "max_removed"?\n`,
  "an unknown event": `${rest}${fields}alerts: [{ connection: slack, on: [fail] }]\n#                                  ^^^^ invalid-value: Did you mean "failed"?\n`,
  "a recheck that is no time": `${rest}${fields}recheck: soon\n#        ^^^^ invalid-value: 7 days\n`,
};

describe("a bad sync file", () => {
  for (const [what, marked] of Object.entries(files)) {
    it(`has ${what}`, () => expectProblems(marked, (text) => parseSync(text, { name: "contacts" }).problems));
  }
});
