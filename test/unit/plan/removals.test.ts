import { copyFile } from "node:fs/promises";
import { type LedgerHeader } from "../../../src/ledger/ledger";
import { cases, mirror, one, people } from "./cases";
import { carryOut, editLedger, ledgerOf, model, planIn } from "./world";

describe("plan: records that left the model", () => {
  cases({
    "are removed by a mirror": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      changes: ["delete 2"],
      counts: { delete: 1, unchanged: 1 },
    },
    "stay in every other mode": { sync: people, first: one, then: "id | email | name\n 1 | 'a@x.io' | 'Ann'" },
    "stay where the mirror keeps them": {
      sync: { ...mirror, onRemoved: "keep" },
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
    },
    "are cleared, but for match, create_only and required fields": {
      schema: { fields: [{ name: "must", type: "text", required: true }] },
      sync: {
        ...mirror,
        onRemoved: "clear",
        fields: { email: "email", name: "name", once: { write: "create_only" }, must: "must" },
      },
      first: "id | email | name | once | must\n 1 | 'a@x.io' | 'Ann' | 'o' | 'm'",
      then: "id | email | name | once | must",
      changes: ["delete 1 name=Ann→null"],
    },
    "stay when a row without a key could be one of them": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n null | 'b@x.io' | 'Bo'",
      rejections: ["null model id null-key"],
      notices: ["removals-withheld"],
    },
    "stay under scope: all when any row is rejected": {
      schema: { listable: true },
      sync: { ...mirror, scope: "all" },
      first: one,
      then: "id | email | name\n 3 | 'c@x.io' | 'bad'",
      rejections: ["3 mapping name invalid-value"],
      notices: ["removals-withheld"],
    },
    "are not those whose row was rejected": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | null | 'Bo'",
      rejections: ["2 model email null-match"],
    },
    "stay when this sync did not create them": {
      sync: mirror,
      prepare: (world) => editLedger(world, "update records set origin = 'adopted' where key = '2'"),
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      notices: ["adopted-stay"],
    },
    "are removed although adopted, where the sync says so": {
      sync: { ...mirror, removeAdopted: true },
      prepare: (world) => editLedger(world, "update records set origin = 'adopted' where key = '2'"),
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      changes: ["delete 2"],
    },
    "stay while a rejected row claims their match": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 3 | 'b@x.io' | 'x'\n 4 | 'b@x.io' | 'y'",
      rejections: ["3 model email shared-match", "4 model email shared-match"],
      notices: ["claimed-stay"],
    },
    "stay while another sync of the object claims them": {
      sync: mirror,
      first: one,
      prepare: async (world) => {
        const { file, header } = ledgerOf(world);
        const copy = `${world.folder}/other.duckdb`;
        await copyFile(file, copy);
        const { fingerprint, revision } = (await header()) as LedgerHeader;
        world.others.push({ sync: "other", file: copy, fingerprint, revision });
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      notices: ["claimed-stay"],
    },
    "send everything again when their key returns": {
      sync: mirror,
      first: one,
      prepare: async (world, definition) =>
        carryOut(world, await planIn(world, definition, model("id | email | name\n 1 | 'a@x.io' | 'Ann'"))),
      then: one,
      changes: ["create 2 email=b@x.io name=Bo"],
    },
    "are taken over by a new key with their match": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 3 | 'b@x.io' | 'Bob'",
      changes: ["update 3 name=Bo→Bob"],
      counts: { create: 0, delete: 0, update: 1 },
    },
    "are taken over without a word where nothing differs": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 3 | 'b@x.io' | 'Bo'",
      counts: { create: 0, delete: 0, update: 0, unchanged: 2 },
    },
  });
});

describe("plan: matches that change", () => {
  cases({
    "are sent to the record by its id": {
      sync: people,
      first: one,
      then: "id | email | name\n 1 | 'z@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 1 email=a@x.io→z@x.io"],
    },
    "are rejected where the id is not known": {
      sync: people,
      first: one,
      prepare: (world) => editLedger(world, "update records set remote_id = null where key = '1'"),
      then: "id | email | name\n 1 | 'z@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'",
      rejections: ["1 model email match-changed-unknown-id"],
    },
    "are not given to a new row before the old one has let go": {
      sync: people,
      first: one,
      then: "id | email | name\n 1 | 'z@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'\n 3 | 'a@x.io' | 'Cy'",
      changes: ["update 1 email=a@x.io→z@x.io"],
      rejections: ["3 model email match-in-use"],
    },
  });
});

describe("plan: a match that a record which goes still has", () => {
  cases({
    "is free before another record gets it": {
      sync: mirror,
      first: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | 'b@x.io' | 'Bo'\n 4 | 'd@x.io' | 'Di'",
      then: "id | email | name\n 1 | 'b@x.io' | 'Ann'",
      changes: ["delete 2", "update 1 email=a@x.io→b@x.io", "delete 4"],
    },
  });
});
