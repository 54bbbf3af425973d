import { cases, lower, people } from "./cases";
import { editLedger } from "./world";

describe("plan: changes", () => {
  cases({
    "sends every row of a first run": {
      sync: people,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | null",
      changes: ["create 1 email=a@x.io name=Ann", "create 2 email=b@x.io name=null"],
      counts: { rows: 2, create: 2, unchanged: 0 },
    },
    "lists changes in the order of their keys, numbers as numbers": {
      sync: { fields: { name: "name" } },
      then: "id | name\n 10 | 'Cy'\n 9 | 'Bo'\n 1 | 'Ann'",
      changes: ["create 1 name=Ann", "create 9 name=Bo", "create 10 name=Cy"],
    },
    "sends nothing when nothing changed": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      counts: { rows: 1, update: 0, unchanged: 1 },
    },
    "sends only the fields that changed, with their values before": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 1 name=Ann→Anna"],
      counts: { update: 1, unchanged: 1 },
    },
    "tells null from the empty text": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | ''\n 2 | 'b@x.io' | null",
      then: "id | email | name\n 1 | 'a@x.io' | null\n 2 | 'b@x.io' | ''",
      changes: ["update 1 name=→null", "update 2 name=null→"],
    },
    "takes no notice of a change of type": {
      sync: { fields: { n: "n" } },
      first: "id | n\n 1 | 10\n 2 | 20",
      then: "id | n\n '1' | '10'\n '2' | '21'",
      changes: ["update 2 n=20→21"],
      counts: { unchanged: 1 },
    },
    "keeps what is new in a mapping apart from what is null": {
      sync: people,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      prepare: (world) =>
        editLedger(world, `alter table records drop column "c:name"; alter table records drop column "s:name"`),
      then: "id | email | name\n 1 | 'a@x.io' | null",
      changes: ["update 1 name=null"],
    },
  });
});

describe("plan: rows that no record can be made of", () => {
  cases({
    "rejects a row without a key and every row of a key that comes twice": {
      sync: { fields: { name: "name" } },
      then: "id | name\n 1 | 'Ann'\n null | 'Bo'\n 2 | 'Cy'\n 2 | 'Di'",
      changes: ["create 1 name=Ann"],
      rejections: ["2 model id duplicate-key", "2 model id duplicate-key", "null model id null-key"],
      counts: { rows: 4, create: 1, rejected: 3 },
    },
    "names a composite key part by part": {
      sync: { fields: { name: "name" }, key: ["org", "id"] },
      then: "org | id | name\n 'a\"b' | 1 | 'Ann'\n 'c' | null | 'Bo'\n 'd' | 2 | 'Cy'\n 'd' | 2 | 'Di'",
      changes: [`create ["a\\"b","1"] name=Ann`],
      rejections: [`["c",null] model id null-key`, `["d",2] model - duplicate-key`, `["d",2] model - duplicate-key`],
    },
    "rejects a row without a match, and every row of a match that two keys share": {
      schema: lower,
      sync: people,
      then: "id | email | name\n 1 | ' A@x.io' | 'Ann'\n 2 | 'a@X.io' | 'Bo'\n 3 | null | 'Cy'\n 4 | '  ' | 'Di'\n 5 | 'e@x.io' | 'Ed'",
      changes: ["create 5 email=e@x.io name=Ed"],
      rejections: [
        "1 model email shared-match",
        "2 model email shared-match",
        "3 model email null-match",
        "4 model email null-match",
      ],
    },
    "rejects a value that the table of values does not know, but sends nothing for null": {
      sync: {
        fields: {
          stage: { values: { table: [{ from: "paid", to: "customer" }] } },
          grade: { values: { table: [{ from: "1", to: 10 }], default: 0 } },
        },
      },
      then: "id | stage | grade\n 1 | 'paid' | 1\n 2 | 'free' | 2\n 3 | null | 3",
      changes: ["create 1 stage=customer grade=10", "create 3 stage=null grade=0"],
      rejections: ["2 mapping stage no-matching-value"],
    },
    "rejects a value that the field's encoder refuses, and leaves other rows alone": {
      sync: { fields: { name: "name", title: "title" } },
      first: "id | name | title\n 1 | 'Ann' | 'x'\n 2 | 'Bo' | 'y'",
      then: "id | name | title\n 1 | 'Ann' | 'bad'\n 2 | 'Bo' | 'z'\n 3 | 'bad' | 'bad'",
      changes: ["update 2 title=y→z"],
      rejections: ["1 mapping title invalid-value", "3 mapping name invalid-value"],
    },
    "offers a rejected row again, and sends it once it is mended": {
      sync: { fields: { name: "name" } },
      first: "id | name\n 1 | 'bad'\n 2 | 'Bo'",
      then: "id | name\n 1 | 'Ann'\n 2 | 'Bo'",
      changes: ["create 1 name=Ann"],
    },
  });
});

describe("plan: fields", () => {
  cases({
    "sends no null where nulls are skipped, and takes none for a change": {
      sync: { fields: { a: "a", b: { nulls: "skip" } } },
      first: "id | a | b\n 1 | 'x' | 'y'\n 2 | 'x' | null",
      then: "id | a | b\n 1 | 'x' | null\n 2 | 'z' | null\n 3 | 'n' | null",
      changes: ["update 2 a=x→z", "create 3 a=n"],
      counts: { unchanged: 1 },
    },
    "writes a create_only field once": {
      sync: { ...people, mode: "insert", fields: { email: "email", name: { write: "create_only" } } },
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { unchanged: 1 },
    },
    "spares a create_only field of a record that is there already": {
      sync: { ...people, fields: { email: "email", name: { write: "create_only" } } },
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Theirs" }),
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { unchanged: 1 },
    },
    "fills a field only where it is empty": {
      sync: { ...people, fields: { email: "email", name: { write: "if_empty" } } },
      prepare: (world) => {
        world.held.set("r1", { email: "a@x.io", name: "Theirs" });
        world.held.set("r2", { email: "b@x.io", name: "" });
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 2 name=null→Bo"],
      counts: { unchanged: 1 },
    },
    "compiles constants, templates and expressions": {
      sync: {
        fields: {
          source: { source: { kind: "value", value: "sluice" } },
          full: { source: { kind: "template", parts: [{ column: "a" }, { text: " 'n\" " }, { column: "b" }] } },
          total: { source: { kind: "sql", sql: "b + 1 -- one more;" } },
        },
      },
      then: "id | a | b\n 1 | 'Ann' | 2\n 2 | null | null",
      changes: ["create 1 source=sluice full=Ann 'n\" 2 total=3", "create 2 source=sluice full= 'n\"  total=null"],
    },
    "sends the id that a lookup finds, and compares what it was found by": {
      sync: {
        fields: {
          company: { source: { kind: "lookup", object: "companies", by: "domain", column: "domain", missing: "null" } },
        },
      },
      first: "id | domain\n 1 | 'x.io'\n 2 | 'none.io'",
      firstAsk: {},
      prepare: (world) => void world.related.set("x.io", ["77"]).set("y.io", ["88"]),
      then: "id | domain\n 1 | 'y.io'\n 2 | 'none.io'\n 3 | 'x.io'",
      changes: ["update 1 company=null→88", "create 3 company=77"],
    },
    "rejects a lookup that finds nothing, or too much": {
      sync: {
        fields: {
          name: "name",
          company: {
            source: { kind: "lookup", object: "companies", by: "domain", column: "domain", missing: "reject" },
          },
        },
      },
      prepare: (world) => void world.related.set("x.io", ["77"]).set("two.io", ["1", "2"]),
      then: "id | name | domain\n 1 | 'a' | 'x.io'\n 2 | 'b' | 'no.io'\n 3 | 'c' | 'two.io'\n 4 | 'd' | null",
      changes: ["create 1 name=a company=77", "create 4 name=d company=null"],
      rejections: ["2 mapping company no-related-record", "3 mapping company ambiguous-lookup"],
    },
    "leaves a lookup out where a missing record is to be skipped": {
      sync: {
        fields: {
          name: "name",
          company: { source: { kind: "lookup", object: "companies", by: "domain", column: "domain", missing: "skip" } },
        },
      },
      first: "id | name | domain\n 1 | 'a' | 'no.io'",
      then: "id | name | domain\n 1 | 'a' | 'nope.io'\n 2 | 'b' | 'no.io'",
      changes: ["create 2 name=b"],
      counts: { unchanged: 1 },
    },
  });
});
