/** Minimal files that show a problem, with what its first fix makes of it. */

export interface FixCase {
  readonly code: string;
  readonly text: string;
  /** Default: contacts.sync.yaml. */
  readonly file?: string;
  /** Of the first fix. */
  readonly title?: string;
  /** Lines that go, after a minus, and those that come, after a plus. */
  readonly becomes?: readonly string[];
  readonly action?: string;
  /** Why there is no fix. */
  readonly none?: string;
  /** Other files of the project. */
  readonly beside?: Readonly<Record<string, string>>;
}

const model = "model: { table: t, key: id }\n";
const to = "destination: { connection: crm, object: contacts, match: email }\n";
const mode = "mode: upsert\n";
const fields = "fields: { email: email }\n";
const whole = model + to + mode + fields;
/** The whole file with one more field. */
const mapped = (mapping: string): string => `${model}${to}${mode}fields:\n  email: email\n  ${mapping}\n`;

const fixed = (code: string, text: string, title: string, becomes: readonly string[]): FixCase => {
  return { code, text, title, becomes };
};
const acted = (code: string, text: string, title: string, action: string): FixCase => ({ code, text, title, action });
const none = (code: string, text: string, why: string): FixCase => ({ code, text, none: why });
const inProject = (one: FixCase): FixCase => ({ ...one, file: "sluice.yaml" });

export const cases: readonly FixCase[] = [
  // YAML
  fixed("yaml-syntax", `${model}${to}${mode}fields:\n\temail: email\n`, "Use spaces instead of tabs", [
    "-\temail: email",
    "+  email: email",
  ]),
  fixed("yaml-syntax", `${whole}tags: [a, b\n`, "Close it: add ]", ["-tags: [a, b", "+tags: [a, b]"]),
  fixed("yaml-syntax", `${whole}description: "open\n`, 'Close it: add "', [
    '-description: "open',
    '+description: "open"',
  ]),
  fixed("yaml-syntax", `${whole}description: a: b\n`, "Put it in quotes", [
    "-description: a: b",
    '+description: "a: b"',
  ]),
  fixed("yaml-syntax", mapped("firstname: @email # x"), "Put it in quotes", [
    "-  firstname: @email # x",
    '+  firstname: "@email" # x',
  ]),
  fixed("yaml-syntax", mapped("firstname: { column: email"), "Close it: add }", [
    "-  firstname: { column: email",
    "+  firstname: { column: email }",
  ]),
  none("yaml-syntax", `${whole}description: ]["\n- {\n`, "what no single change mends"),
  fixed("duplicate-key", `${whole}mode: upsert\n`, "Remove this one", []),
  fixed("duplicate-key", mapped("firstname: { column: id, column: email }"), "Remove this one", [
    "-  firstname: { column: id, column: email }",
    "+  firstname: { column: id }",
  ]),
  none("several-documents", `${whole}---\na: 1\n`, "only the author knows which file the second document is for"),
  none("bad-key", mapped("? [a]\n  : b"), "only the author knows the key that was meant"),
  none("too-deep", "[".repeat(100), "only the author can write it flatter"),
  none("too-large", " ".repeat(2_000_001), "only the author can make it smaller"),
  none(
    "too-many-aliases",
    `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n`,
    "only the author knows what they were to stand for",
  ),
  fixed("unknown-tag", mapped("firstname: !env email"), "Remove the tag", [
    "-  firstname: !env email",
    "+  firstname: email",
  ]),
  fixed("bad-alias", `${model}${to}${mode}fields: { email: &mail email, firstname: *mial }\n`, "Change to *mail", [
    "-fields: { email: &mail email, firstname: *mial }",
    "+fields: { email: &mail email, firstname: *mail }",
  ]),
  fixed("bad-alias", mapped("firstname: *"), "Put it in quotes", ["-  firstname: *", '+  firstname: "*"']),
  fixed("bad-alias", mapped("firstname: *x"), "Put it in quotes", ["-  firstname: *x", '+  firstname: "*x"']),
  fixed("control-character", `${whole}description: a\0b\n`, "Remove the control characters", [
    "-description: a\u0000b",
    "+description: ab",
  ]),
  fixed("yaml-version", `%YAML 1.1\n---\n${whole}`, "Remove the line", ["-%YAML 1.1"]),
  fixed("inexact-number", mapped("firstname: { value: 12345678901234567890 }"), "Put it in quotes", [
    "-  firstname: { value: 12345678901234567890 }",
    '+  firstname: { value: "12345678901234567890" }',
  ]),
  // Schema
  fixed("not-a-sync", "# nothing\n", "Write the keys it begins with", [
    "+model:",
    "+  table:",
    "+  key:",
    "+destination:",
    "+  connection:",
    "+  object:",
    "+mode: upsert",
    "+fields:",
  ]),
  none("not-a-sync", "- a\n", "only the author knows what a list was to be"),
  inProject(
    fixed("not-a-project", "", "Write the keys it begins with", ["+version: 1", "+warehouses:", "+destinations:"]),
  ),
  fixed("missing-key", `${to}${mode}${fields}`, 'Add "model"', ["+model:", "+  key:"]),
  fixed("missing-key", `${model}${mode}${fields}`, 'Add "destination"', [
    "+destination:",
    "+  connection:",
    "+  object:",
  ]),
  fixed("missing-key", `${model}${to}${fields}`, "Add mode: insert", ["+mode: insert"]),
  fixed("missing-key", `${model}${to}${mode}`, 'Add "fields"', ["+fields:"]),
  fixed("missing-key", `model:\n  table: t\n${to}${mode}${fields}`, 'Add "key"', ["+  key:"]),
  fixed("missing-key", `${model}${to}mode: mirror\n${fields}`, "Add on_removed: keep", ["+on_removed: keep"]),
  fixed("missing-key", mapped("firstname: { lookup: contacts, column: email }"), 'Add "by"', [
    "-  firstname: { lookup: contacts, column: email }",
    "+  firstname: { lookup: contacts, column: email, by: }",
  ]),
  inProject(fixed("missing-key", "warehouses:\n", "Add version: 1", ["+version: 1"])),
  inProject(
    fixed("missing-key", "version: 1\ndestinations:\n  hubspot:\n    type: hubspot\n", 'Add "token" as a secret', [
      '+    token: "${secret:HUBSPOT_TOKEN}"',
    ]),
  ),
  inProject(fixed("missing-key", "version: 1\nwarehouses:\n  db:\n    path: x\n", 'Add "type"', ["+    type:"])),
  fixed("missing-value", `${whole}description:\n`, 'Remove "description"', ["-description:"]),
  fixed("missing-value", `${model.replace("t,", ",")}${to}${mode}${fields}`, 'Remove "table"', [
    "-model: { table: , key: id }",
    "+model: { key: id }",
  ]),
  none("missing-value", `model: { sql: " ", key: id }\n${to}${mode}${fields}`, "only the author knows the SELECT"),
  fixed("wrong-type", `${whole}name: 5\n`, "Put it in quotes", ["-name: 5", '+name: "5"']),
  fixed("wrong-type", `${whole}tags: crm\n`, "Change to a list: [crm]", ["-tags: crm", "+tags: [crm]"]),
  fixed("wrong-type", `${whole}guards: { min_rows: "5" }\n`, "Change to 5", [
    '-guards: { min_rows: "5" }',
    "+guards: { min_rows: 5 }",
  ]),
  fixed("wrong-type", `${whole}guards: { min_rows: 5% }\n`, "Change to 5", [
    "-guards: { min_rows: 5% }",
    "+guards: { min_rows: 5 }",
  ]),
  fixed("wrong-type", `${model}${to}mode: mirror\non_removed: keep\nremove_adopted: yes\n${fields}`, "Change to true", [
    "-remove_adopted: yes",
    "+remove_adopted: true",
  ]),
  none("wrong-type", `${model}destination: crm\n${mode}${fields}`, "only the author knows the object"),
  fixed("invalid-value", `${model}${to}mode: upser\n${fields}`, 'Change to "upsert"', [
    "-mode: upser",
    "+mode: upsert",
  ]),
  fixed("invalid-value", `${model}${to}mode: sync\n${fields}`, 'Change to "insert"', ["-mode: sync", "+mode: insert"]),
  fixed("invalid-value", `${model}${to}mode: [upsert]\n${fields}`, "Change to upsert", [
    "-mode: [upsert]",
    "+mode: upsert",
  ]),
  fixed("invalid-value", `${whole}guards: { max_removed: "5" }\n`, "Change to 5", [
    '-guards: { max_removed: "5" }',
    "+guards: { max_removed: 5 }",
  ]),
  fixed("wrong-type", `${whole}guards: { max_removed: 0.05 }\n`, "Change to 5%", [
    "-guards: { max_removed: 0.05 }",
    "+guards: { max_removed: 5% }",
  ]),
  fixed("invalid-value", `${whole}guards: { max_removed: 5 percent }\n`, "Change to 5%", [
    "-guards: { max_removed: 5 percent }",
    "+guards: { max_removed: 5% }",
  ]),
  none("invalid-value", `${whole}guards: { max_removed: -5 }\n`, "only the author knows the limit"),
  fixed("invalid-value", `${whole}recheck: 14 d.\n`, "Change to 14", ["-recheck: 14 d.", "+recheck: 14"]),
  fixed("invalid-value", `${whole}tags: [crm, ""]\n`, "Remove it", ['-tags: [crm, ""]', "+tags: [crm]"]),
  fixed("invalid-value", `${whole}description: x\nname: ""\n`, 'Remove "name"', ['-name: ""']),
  inProject(fixed("invalid-value", "version: 2\n", 'Change to "1"', ["-version: 2", "+version: 1"])),
  fixed("unknown-key", `${whole}guard: {}\n`, 'Change to "guards"', ["-guard: {}", "+guards: {}"]),
  fixed("unknown-key", `${whole}schedule: daily\n`, 'Remove "schedule"', ["-schedule: daily"]),
  fixed("unknown-key", `${whole}Mode: daily\n`, 'Remove "Mode"', ["-Mode: daily"]),
  fixed("invalid-name", `name: crm/contacts\n${whole}`, 'Change to "crm-contacts"', [
    "-name: crm/contacts",
    "+name: crm-contacts",
  ]),
  { ...fixed("invalid-name", whole, "Add name: a-b", ["+name: a-b"]), file: "a:b.sync.yaml" },
  inProject(
    fixed("invalid-name", "version: 1\nwarehouses:\n  a/b: { type: duckdb, path: x }\n", 'Change to "a-b"', [
      "-  a/b: { type: duckdb, path: x }",
      "+  a-b: { type: duckdb, path: x }",
    ]),
  ),
  // Rules of a sync
  fixed("missing-source", `model:\n  key: id\n${to}${mode}${fields}`, 'Add "sql"', ["+  sql:"]),
  fixed("missing-source", mapped("firstname: { nulls: skip }"), 'Add "column"', [
    "-  firstname: { nulls: skip }",
    "+  firstname: { nulls: skip, column: }",
  ]),
  fixed("several-sources", `model: { table: t, sql: select 1, key: id }\n${to}${mode}${fields}`, 'Remove "table"', [
    "-model: { table: t, sql: select 1, key: id }",
    "+model: { sql: select 1, key: id }",
  ]),
  fixed("several-sources", mapped("firstname: { column: email, value: x }"), 'Remove "value"', [
    "-  firstname: { column: email, value: x }",
    "+  firstname: { column: email }",
  ]),
  none(
    "absolute-path",
    `model: { file: /home/a/b.sql, key: id }\n${to}${mode}${fields}`,
    "only the author knows where the file is for everybody",
  ),
  fixed("key-not-applicable", `${whole}on_removed: keep\n`, 'Remove "on_removed"', ["-on_removed: keep"]),
  fixed("key-not-applicable", mapped("firstname: { value: x, default: y }"), 'Remove "default"', [
    "-  firstname: { value: x, default: y }",
    "+  firstname: { value: x }",
  ]),
  fixed("duplicate-column", `model: { table: t, key: [id, email, id] }\n${to}${mode}${fields}`, "Remove it", [
    "-model: { table: t, key: [id, email, id] }",
    "+model: { table: t, key: [id, email] }",
  ]),
  fixed("after-itself", `name: contacts\nafter:\n  - companies # first\n  - contacts\n${whole}`, "Remove it", [
    "-  - contacts",
  ]),
  fixed("after-itself", `name: contacts\nafter: [contacts]\n${whole}`, "Remove it", ["-after: [contacts]"]),
  none(
    "interpolation-in-sync",
    `${model}${to.replace("crm", '"${secret:CRM}"')}${mode}${fields}`,
    "only the author knows which key of the connection it is for",
  ),
  fixed("unquoted-comma", mapped("firstname: { sql: round(id, 2) }"), "Put it in quotes", [
    "-  firstname: { sql: round(id, 2) }",
    '+  firstname: { sql: "round(id, 2)" }',
  ]),
  fixed("template-unclosed", mapped('firstname: { template: "Dear {{ email }, hi" }'), "Close the braces", [
    '-  firstname: { template: "Dear {{ email }, hi" }',
    '+  firstname: { template: "Dear {{ email }}, hi" }',
  ]),
  fixed("template-unclosed", mapped('firstname: { template: "Dear {{ email" }'), "Close the braces", [
    '-  firstname: { template: "Dear {{ email" }',
    '+  firstname: { template: "Dear {{ email }}" }',
  ]),
  fixed("template-empty", mapped('firstname: { template: "Dear {{ }}{{ email }}" }'), "Remove the braces", [
    '-  firstname: { template: "Dear {{ }}{{ email }}" }',
    '+  firstname: { template: "Dear {{ email }}" }',
  ]),
  none(
    "no-fields",
    `${model}${to}${mode}fields: {}\n`,
    "only the author knows what is to be sent; the Mapping editor proposes",
  ),
  // Connections
  inProject(
    fixed("unknown-type", "version: 1\nwarehouses: { db: { type: ducdb, path: x } }\n", 'Change to "duckdb"', [
      "-warehouses: { db: { type: ducdb, path: x } }",
      "+warehouses: { db: { type: duckdb, path: x } }",
    ]),
  ),
  inProject(
    acted(
      "literal-secret",
      "version: 1\ndestinations: { hubspot: { type: hubspot, token: abc } }\n",
      "Move the secret out of the file",
      "store-secret",
    ),
  ),
  inProject(
    fixed(
      "bad-interpolation",
      'version: 1\ndestinations: { hubspot: { type: hubspot, token: "${TOKEN}" } }\n',
      "Change to ${secret:TOKEN}",
      [
        '-destinations: { hubspot: { type: hubspot, token: "${TOKEN}" } }',
        '+destinations: { hubspot: { type: hubspot, token: "${secret:TOKEN}" } }',
      ],
    ),
  ),
  inProject(
    fixed(
      "bad-interpolation",
      'version: 1\ndestinations: { hubspot: { type: hubspot, token: "${secret:MY-TOKEN}" } }\n',
      "Change to ${secret:MY_TOKEN}",
      [
        '-destinations: { hubspot: { type: hubspot, token: "${secret:MY-TOKEN}" } }',
        '+destinations: { hubspot: { type: hubspot, token: "${secret:MY_TOKEN}" } }',
      ],
    ),
  ),
  inProject(
    fixed(
      "bad-interpolation",
      'version: 1\ndestinations: { hubspot: { type: hubspot, token: "${secret:TOKEN" } }\n',
      "Change to ${secret:TOKEN}",
      [
        '-destinations: { hubspot: { type: hubspot, token: "${secret:TOKEN" } }',
        '+destinations: { hubspot: { type: hubspot, token: "${secret:TOKEN}" } }',
      ],
    ),
  ),
  inProject(
    fixed("unknown-target", "version: 1\ntargets: { dev: {}, prod: {} }\ndefault_target: prd\n", 'Change to "prod"', [
      "-default_target: prd",
      "+default_target: prod",
    ]),
  ),
  {
    ...none("env-not-ignored", "node_modules\n", "it is a problem of .env, in which nothing has to change"),
    file: ".gitignore",
  },
  { ...acted("bad-snapshot", "{", "Describe the destination again", "refresh-schema"), file: "schema/crm.json" },
  // Alerts
  fixed("alert-unsupported", `# Slack\n${whole}alerts: [{ connection: crm }]\n`, 'Use the connection "slack"', [
    "-alerts: [{ connection: crm }]",
    "+alerts: [{ connection: slack }]",
  ]),
  fixed("alert-channel", `# Slack\n${whole}alerts: [{ connection: slack, channel: a }]\n`, "Remove the channel", [
    "-alerts: [{ connection: slack, channel: a }]",
    "+alerts: [{ connection: slack }]",
  ]),
  // Names, columns and fields
  fixed("unknown-sync", `${whole}after: [company]\n`, 'Change to "companies"', [
    "-after: [company]",
    "+after: [companies]",
  ]),
  fixed("warehouse-undecided", `# two\n${whole}`, 'Use the warehouse "a"', [
    "-model: { table: t, key: id }",
    "+model: { table: t, key: id, warehouse: a }",
  ]),
  fixed("unknown-connection", model + to.replace("crm", "cmr") + mode + fields, 'Change to "crm"', [
    "-destination: { connection: cmr, object: contacts, match: email }",
    "+destination: { connection: crm, object: contacts, match: email }",
  ]),
  fixed("unknown-connection", model + to.replace("crm", "salesforce") + mode + fields, 'Change to "crm"', [
    "-destination: { connection: salesforce, object: contacts, match: email }",
    "+destination: { connection: crm, object: contacts, match: email }",
  ]),
  fixed("unknown-object", model + to.replace("contacts", "contact") + mode + fields, 'Change to "contacts"', [
    "-destination: { connection: crm, object: contact, match: email }",
    "+destination: { connection: crm, object: contacts, match: email }",
  ]),
  fixed("mode-not-offered", `${model}${to}mode: append\n${fields}`, "Change to mode: insert", [
    "-mode: append",
    "+mode: insert",
  ]),
  fixed(
    "removal-not-offered",
    `${model}${to}mode: mirror\non_removed: delete\n${fields}`,
    "Change to on_removed: archive",
    ["-on_removed: delete", "+on_removed: archive"],
  ),
  fixed("scope-not-offered", `${model}${to}mode: mirror\non_removed: keep\nscope: all\n${fields}`, 'Remove "scope"', [
    "-scope: all",
  ]),
  fixed(
    "undo-not-offered",
    `${model}destination: { connection: crm, object: message }\nmode: append\nundo: true\nfields: { text: email }\n`,
    'Remove "undo"',
    ["-undo: true"],
  ),
  fixed(
    "needs-reading",
    `${model}destination: { connection: crm, object: message }\nmode: update\nfields: { text: email }\n`,
    "Change to mode: upsert",
    ["-mode: update", "+mode: upsert"],
  ),
  fixed(
    "needs-reading",
    `${model}destination: { connection: crm, object: message }\n${mode}fields: { text: { column: email, write: if_empty } }\n`,
    "Write it always",
    ["-fields: { text: { column: email, write: if_empty } }", "+fields: { text: { column: email } }"],
  ),
  fixed("missing-match", model + to.replace(", match: email", "") + mode + fields, 'Match by "email"', [
    "-destination: { connection: crm, object: contacts }",
    "+destination: { connection: crm, object: contacts, match: email }",
  ]),
  fixed(
    "match-not-offered",
    `${model}destination: { connection: crm, object: message, match: text }\n${mode}fields: { text: email }\n`,
    'Remove "match"',
    [
      "-destination: { connection: crm, object: message, match: text }",
      "+destination: { connection: crm, object: message }",
    ],
  ),
  fixed(
    "match-not-unique",
    model + to.replace("match: email", "match: firstname") + mode + "fields: { email: email, firstname: email }\n",
    'Match by "email"',
    [
      "-destination: { connection: crm, object: contacts, match: firstname }",
      "+destination: { connection: crm, object: contacts, match: email }",
    ],
  ),
  fixed("match-not-mapped", `${model}${to}${mode}fields: { firstname: email }\n`, 'Map "email" to the column "email"', [
    "-fields: { firstname: email }",
    "+fields: { firstname: email, email: email }",
  ]),
  fixed(
    "match-not-always",
    `${model}${to}${mode}fields: { email: { column: email, write: if_empty } }\n`,
    "Write it always",
    ["-fields: { email: { column: email, write: if_empty } }", "+fields: { email: { column: email } }"],
  ),
  fixed("match-constant", `${model}${to}${mode}fields: { email: { value: a@b.io } }\n`, 'Map the column "email"', [
    "-fields: { email: { value: a@b.io } }",
    "+fields: { email: email }",
  ]),
  fixed(
    "required-field",
    model + to.replace("email }", "firstname }") + mode + "fields: { firstname: email }\n",
    'Map "email" to the column "email"',
    ["-fields: { firstname: email }", "+fields: { firstname: email, email: email }"],
  ),
  fixed("fields-differ-in-case", mapped("EMAIL: email"), 'Remove "EMAIL"', ["-  EMAIL: email"]),
  fixed("read-only-field", mapped("created: email"), 'Remove "created"', ["-  created: email"]),
  fixed("unknown-field", mapped("firstnam: email"), 'Change to "firstname"', [
    "-  firstnam: email",
    "+  firstname: email",
  ]),
  fixed("unknown-column", mapped("firstname: emial"), 'Change to "email"', [
    "-  firstname: emial",
    "+  firstname: email",
  ]),
  none(
    "unknown-column",
    mapped("firstname: nothing_like_it"),
    "only the author knows the column; completion lists them",
  ),
  none("binary-column", mapped("firstname: photo"), "only the author knows how the bytes become text"),
  fixed("unknown-option", mapped("stage: { value: leed }"), 'Change to "lead"', [
    "-  stage: { value: leed }",
    "+  stage: { value: lead }",
  ]),
  none("type-mismatch", mapped("born: active"), "only the author knows what date a truth is"),
];

export const engineCases: readonly FixCase[] = [
  {
    ...fixed(
      "no-such-file",
      `model: { file: sql/modle.sql, key: id }\n${to}${mode}${fields}`,
      'Change to "sql/model.sql"',
      ["-model: { file: sql/modle.sql, key: id }", "+model: { file: sql/model.sql, key: id }"],
    ),
    beside: { "sql/model.sql": "select 1" },
  },
  fixed("duplicate-name", `name: companies\n${whole}`, 'Remove it: the file\'s name, "contacts", is free', [
    "-name: companies",
  ]),
  fixed("unknown-sync", `${whole}after: [compnies]\n`, 'Change to "companies"', [
    "-after: [compnies]",
    "+after: [companies]",
  ]),
  {
    ...fixed("after-circle", `${whole}after: [x]\n`, "Remove it", ["-after: [x]"]),
    beside: { "x.sync.yaml": `${whole}after: [contacts]\n` },
  },
  {
    ...fixed("field-written-twice", mapped("firstname: email"), "Write only into empty fields (write: if_empty)", [
      "-  firstname: email",
      "+  firstname: { column: email, write: if_empty }",
    ]),
    beside: { "x.sync.yaml": mapped("firstname: email") },
  },
];
