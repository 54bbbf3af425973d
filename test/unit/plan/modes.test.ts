import { cases, mirror, one, people, state } from "./cases";
import { editLedger, type PlanAsk, type World } from "./world";

describe("plan: modes", () => {
  cases({
    "insert sends new rows only": {
      sync: { ...people, mode: "insert" },
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'\n 3 | 'c@x.io' | 'Cy'",
      changes: ["create 3 email=c@x.io name=Cy"],
      counts: { unchanged: 2 },
    },
    "insert leaves alone what exists": {
      sync: { ...people, mode: "insert" },
      prepare: (world) => void world.held.set("r1", { email: "a@x.io" }),
      then: one,
      ask: { options: { firstRun: "send" } },
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { skipped: 1 },
    },
    "update changes only what exists": {
      sync: { ...people, mode: "update" },
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Old" }),
      then: one,
      changes: ["update 1 name=Old→Ann"],
      counts: { skipped: 1 },
    },
    "append sends a row once": {
      sync: { fields: { name: "name" }, mode: "append" },
      first: "id | name\n 1 | 'Ann'",
      then: "id | name\n 1 | 'Anna'\n 2 | 'Bo'",
      changes: ["create 2 name=Bo"],
    },
    "append on changed sends a changed row again, whole": {
      sync: { fields: { name: "name", n: "n" }, mode: "append", on: "changed" },
      first: "id | name | n\n 1 | 'Ann' | 1\n 2 | 'Bo' | 2",
      then: "id | name | n\n 1 | 'Anna' | 1\n 2 | 'Bo' | 2",
      changes: ["create 1 name=Anna n=1"],
    },
  });
});

describe("plan: first runs", () => {
  const there = (world: World) =>
    void world.held.set("r1", { email: "a@x.io", name: "Old" }).set("r9", { email: "z@x.io" });
  cases({
    "adopt takes over what is there and sends the differences": {
      sync: mirror,
      prepare: there,
      then: one,
      ask: { options: { firstRun: "adopt" } },
      changes: ["update 1 name=Old→Ann", "create 2 email=b@x.io name=Bo"],
    },
    "adopt leaves an insert's existing records as they are": {
      sync: { ...people, mode: "insert" },
      prepare: there,
      then: one,
      ask: { options: { firstRun: "adopt" } },
      changes: ["create 2 email=b@x.io name=Bo"],
      counts: { unchanged: 1, skipped: 0 },
    },
    "baseline sends nothing, and only later changes after it": {
      sync: mirror,
      first: one,
      firstAsk: { options: { firstRun: "baseline" } },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'",
      changes: ["update 1 name=Anna"],
      notices: ["adopted-stay"],
    },
    "full compares nothing": {
      sync: people,
      first: one,
      then: one,
      ask: { options: { full: true } },
      changes: ["update 1 email=a@x.io→a@x.io name=Ann→Ann", "update 2 email=b@x.io→b@x.io name=Bo→Bo"],
    },
  });
});

describe("plan: rows that a run left open", () => {
  cases({
    "sends everything again where an answer never came": {
      sync: people,
      first: one,
      prepare: state("uncertain"),
      then: one,
      changes: ["update 2 email=b@x.io→b@x.io name=Bo→Bo"],
    },
    "removes a record of which it is uncertain": {
      sync: mirror,
      first: one,
      prepare: state("uncertain"),
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'",
      changes: ["delete 2"],
    },
    "holds out what is in doubt, present or not": {
      sync: mirror,
      first: one,
      prepare: async (world) => {
        await state("doubt")(world);
        await state("doubt", "1")(world);
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'",
      counts: { held: 2, update: 0, delete: 0 },
      notices: ["in-doubt"],
    },
    "holds out what was reverted until its mapped values change": {
      sync: people,
      first: one,
      prepare: async (world) => {
        await state("held")(world);
        await state("held", "1")(world);
        await editLedger(world, `update records set "s:name" = 's:Old'`);
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      changes: ["update 1 name=Old→Anna"],
      counts: { held: 1 },
    },
    "leaves what was skipped alone until the recheck is due": {
      sync: { ...people, mode: "update" },
      first: one,
      firstAsk: {},
      then: one,
      ask: { now: "2026-11-29T12:00:00Z" },
      counts: { held: 2, update: 0, skipped: 0 },
    },
    "looks at what was skipped again when it is due": {
      sync: { ...people, mode: "update" },
      first: one,
      firstAsk: {},
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Old" }),
      then: one,
      ask: { now: "2026-12-01T12:00:00Z" },
      changes: ["update 1 name=Old→Ann"],
      counts: { held: 0, skipped: 1 },
    },
  });
});

describe("plan: reading back", () => {
  const ask: PlanAsk = { options: { readBack: "default" } };
  cases({
    "shows a create whose record exists as the update it will be": {
      sync: people,
      prepare: (world) => void world.held.set("r1", { email: "a@x.io", name: "Old" }),
      then: one,
      ask,
      changes: ["update 1 name=Old→Ann", "create 2 email=b@x.io name=Bo"],
    },
    "drops an update that the destination has already": {
      sync: people,
      first: one,
      prepare: (world) => {
        for (const record of world.held.values()) if (record.name === "Ann") record.name = "Anna";
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      ask,
      counts: { update: 0, unchanged: 2 },
    },
    "tells which values someone else changed": {
      sync: people,
      first: one,
      prepare: (world) => {
        for (const record of world.held.values()) if (record.name === "Ann") record.name = "Theirs";
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      ask,
      changes: ["update 1 name=Theirs→Anna (drifted)"],
      notices: ["drift"],
    },
    "makes a record anew that someone else removed": {
      sync: people,
      first: one,
      prepare: (world) => {
        for (const [id, record] of world.held) if (record.name === "Ann") world.held.delete(id);
      },
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bo'",
      ask,
      changes: ["create 1 email=a@x.io name=Anna"],
    },
  });
});

describe("plan: filters", () => {
  cases({
    "only plans the changes of some keys, and says nothing of others": {
      sync: people,
      then: "id | email | name\n 1 | 'a@x.io' | 'Ann'\n 2 | null | 'Bo'\n 3 | null | 'Cy'",
      ask: { options: { only: ["1", "2"] } },
      changes: ["create 1 email=a@x.io name=Ann"],
      rejections: ["2 model email null-match"],
    },
    "limit cuts changes, not the model": {
      sync: mirror,
      first: one,
      then: "id | email | name\n 1 | 'a@x.io' | 'Anna'\n 2 | 'b@x.io' | 'Bob'",
      ask: { options: { limit: 1 } },
      changes: ["update 1 name=Ann→Anna"],
    },
  });
});
