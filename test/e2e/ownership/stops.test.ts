/**
 * What changes beneath a sync stops it before the first write, on whichever road it came, and says what to do. The roads
 * of a revert and of records in doubt are in revert.test.ts and in-doubt.test.ts.
 */
import assert from "node:assert/strict";
import { both, type Case } from "./steps";
import { openWorld, type World } from "./world";

interface Stop {
  readonly sync?: Case["sync"];
  /** CSV of the first run. */
  readonly csv?: string;
  /** What becomes different. */
  readonly then: (world: World) => unknown;
  readonly says: string;
  /** Of the message: what is wrong, and what to do. */
  readonly told: RegExp;
}

/** The columns of the file, as they are and with the types they have. */
const asItIs = "{ sql: \"select *, name || '@x.io' as email from read_csv('NAME.csv', header = true)\", key: id }";
const properties = "/crm/properties/2026-03/contacts";
const plans = "{ email: email, product_plan: title }";
const planCsv = "id,name,title\n1,a,free\n2,b,team\n";

const stops: Readonly<Record<string, Stop>> = {
  "a column that was dropped": {
    sync: { model: asItIs },
    then: (world) => world.write("people.csv", "id,name\n1,a\n2,c\n"),
    says: "problems unknown-column",
    told: /^\d+: .*title/,
  },
  "a key column that was dropped": {
    sync: { model: asItIs },
    then: (world) => world.write("people.csv", "number,name,title\n1,a,Ace\n"),
    says: "problems unknown-column",
    told: /^\d+: .*"id"/,
  },
  "a type that drifted": {
    sync: { model: asItIs },
    csv: "id,name,title\n1,a,10\n2,b,20\n",
    then: (world) => world.write("people.csv", "id,name,title\n1,a,ten\n2,b,20\n"),
    says: "guarded same_types",
    told: /The type of jobtitle was number .* and is text now.*accept it with `sluice ledger adopt`/,
  },
  "a key that is none any more": {
    then: (world) => world.model(["1 a Ace", "1 c Ace", "2 d Boss"]),
    says: "guarded unique_key",
    told: /no longer identifies a row.*Mend the model .* or set `guards: \{ max_rejected/,
  },
  "a model without rows": {
    then: (world) => world.model([]),
    says: "guarded min_rows",
    told: /has no rows.*set `guards: \{ min_rows: 0 \}`/,
  },
  "a field that is gone": {
    sync: { fields: "{ email: email, external_id: title }" },
    then: async (world) => {
      await world.api("DELETE", `${properties}/external_id`);
      world.model(["1 a Ace", "3 c Cook"]);
    },
    says: "stopped field-gone",
    told: /has no field "external_id" of contacts any more.*`sluice describe hubspot`/,
  },
  "an option that is gone": {
    sync: { model: asItIs, fields: plans },
    csv: planCsv,
    then: async (world) => {
      await fewerPlans(world);
      world.write("people.csv", planCsv.replace("1,a,free", "1,a,team"));
    },
    says: "stopped option-gone",
    told: /does not offer "team" for "product_plan" of contacts any more.*`sluice describe hubspot`/,
  },
  "a match that is not unique any more": {
    sync: {
      destination: "{ connection: hubspot, object: contacts, match: external_id }",
      fields: "{ external_id: name, jobtitle: title }",
      model: asItIs,
    },
    then: async (world) => {
      await world.api("DELETE", `${properties}/external_id`);
      const again = { name: "external_id", label: "External", type: "string", fieldType: "text", groupName: "g" };
      await world.api("POST", properties, again);
      world.model(["1 a Chief", "2 b Boss"]);
    },
    says: "stopped match-not-unique",
    told: /no longer keeps "external_id" of contacts unique.*`sluice describe hubspot`/,
  },
};

describe("what changed beneath a sync: stopped before the first write, with what to do", function () {
  this.timeout(120_000);
  for (const [title, { sync, csv, then, says, told }] of Object.entries(stops)) {
    it(title, () =>
      inWorld(async (world) => {
        world.sync({ with: sync ?? {} });
        if (csv === undefined) world.model(both);
        else world.write("people.csv", csv);
        assert.equal(await world.run({ firstRun: "send" }), "2 created");
        await then(world);
        const writes = world.writes();
        assert.equal(await world.run(), says);
        assert.match(world.told(), told);
        assert.equal(world.writes(), writes);
      }),
    );
  }

  it("but not by an option that is gone and that nothing sends", () =>
    inWorld(async (world) => {
      world.sync({ with: { model: asItIs, fields: plans } });
      world.write("people.csv", planCsv);
      await world.run({ firstRun: "send" });
      await fewerPlans(world);
      world.write("people.csv", planCsv.replace("2,b,team", "2,b,free"));
      assert.equal(await world.run(), "1 updated");
    }));
});

describe("a guard that trips: nothing is written, on whichever road", function () {
  this.timeout(120_000);
  type Road = (world: World) => Promise<string>;
  const roads: Readonly<Record<string, Road>> = {
    "a run": (world) => world.run(),
    "a run of some keys": (world) => world.run({ only: ["1"] }),
    "a run of few changes": (world) => world.run({ limit: 1 }),
    "a run that compares nothing": (world) => world.run({ full: true }),
    "an approved definition": async (world) => world.run({ approve: (await planned(world)).definitionDigest }),
    "a stored plan": async (world) => world.run({ plan: (await planned(world)).id }),
    "a stored plan and its approval": async (world) => {
      const { id, digest } = await planned(world);
      return world.run({ plan: id, approve: digest });
    },
    "a stored plan that was made before the guard was set": async (world) => {
      world.sync({ with: { guards: "{ max_removed: 100% }" } });
      const { id } = await planned(world);
      world.sync({ with: { guards: "{ max_removed: 0 }" } });
      const said = await world.run({ plan: id });
      return said === "stopped definition-changed" ? world.run() : said;
    },
    "a retry": (world) => world.retry(),
  };
  for (const [title, road] of Object.entries(roads)) {
    it(title, () =>
      inWorld(async (world) => {
        world.sync();
        // One is rejected, so that there is something to retry; two leave.
        world.model(["1 a Ace", "2 b Boss", "3 c Cook", "4 d@ Dean"]);
        assert.equal(await world.run({ firstRun: "send" }), "3 created 1 rejected");
        world.sync({ with: { guards: "{ max_removed: 1 }" } });
        world.model(["1 a Chief", "4 d Dean"]);
        const writes = world.writes();
        assert.equal(await road(world), "guarded max_removed");
        assert.equal(world.writes(), writes);
      }),
    );
  }
});

async function fewerPlans(world: World): Promise<void> {
  await world.api("DELETE", `${properties}/product_plan`);
  const options = ["free", "business"].map((value) => ({ value, label: value }));
  const fewer = {
    name: "product_plan",
    label: "Plan",
    type: "enumeration",
    fieldType: "select",
    groupName: "g",
    options,
  };
  await world.api("POST", properties, fewer);
}

function planned({ calls, root }: World) {
  return calls.plan({ root }, { file: "people.sync.yaml" }, {}, () => undefined);
}

async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld();
  try {
    await work(world);
  } finally {
    await world.close();
  }
}
