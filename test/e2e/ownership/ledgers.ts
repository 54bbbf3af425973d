/** A ledger that is gone, copied, put back, or of something else says less of what is whose. */
import { copyFileSync, rmSync } from "node:fs";
import path from "node:path";
import { adopt, both, type Case, change, modelWith, run, steps } from "./steps";
import { copyState, type World } from "./world";

const withId = "{ external_id: id, email: email, jobtitle: title }";

const ledgerOf = (world: World, sync = "people", target = "dev"): string =>
  world.kept("ledger", target, `${sync}.duckdb`);

export const ledgers: Readonly<Record<string, Case>> = {
  "lost: a mirror asks, and what it adopts is not its own": {
    then: steps(
      (world) => {
        rmSync(world.kept("ledger"), { recursive: true });
        return "lost";
      },
      run(),
      run(undefined, { firstRun: "adopt" }),
      run(["1 a Ace"]),
    ),
    says: ["lost", "stopped first-run-undecided", "", ""],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "copied to another sync": {
    then: steps(
      (world) => {
        world.sync({ name: "staff" });
        copyFileSync(ledgerOf(world), ledgerOf(world, "staff"));
        return "copied";
      },
      run(["1 a Ace"], { sync: "staff" }),
    ),
    says: ["copied", "stopped ledger-mismatch"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "copied to another target": {
    then: steps(
      (world) => {
        copyState(world.kept("ledger", "dev"), world.kept("ledger", "prod"));
        return "copied";
      },
      run(["1 a Ace"], { target: "prod" }),
    ),
    says: ["copied", "stopped ledger-mismatch"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "put back from before a removal": {
    then: steps(
      (world) => {
        copyState(world.kept("ledger"), path.join(world.root, "backup"));
        return "kept";
      },
      run(["1 a Ace"]),
      async (world) => {
        await world.api("POST", "/crm/v3/objects/contacts", { properties: { email: "b@x.io", jobtitle: "Clerk" } });
        copyState(path.join(world.root, "backup"), world.kept("ledger"));
        return "put back";
      },
      run(["1 a Ace"]),
    ),
    says: ["kept", "1 deleted", "put back", "1 deleted"],
    held: ["a@x.io Ace", "archived b@x.io Boss", "b@x.io Clerk"],
  },
  "of another account: nothing is sent; adopted, ids of there mean nothing here": {
    then: steps(swapped, run(["1 a Chief"]), adopt, run(), run(["1 a Chief", "2 b Bishop"])),
    says: ["swapped", "stopped ledger-mismatch", "adopt", "1 created", "1 created"],
    held: ["a@x.io Chief", "b@x.io Bishop", "x@x.io Xenia", "y@x.io Yves"],
  },
  "of another object: nothing is sent; adopted, ids of there mean nothing here": {
    theirs: {
      companies: [
        { id: "20001", name: "Xenia Ltd", domain: "x.io" },
        { id: "20002", name: "Yves Ltd", domain: "y.io" },
      ],
    },
    sync: { destination: byExternalId("contacts"), fields: "{ external_id: id, jobtitle: title }" },
    then: steps(
      change({ destination: byExternalId("companies"), fields: "{ external_id: id, name: title }" }),
      run(["1 a Chief"]),
      adopt,
      run(),
      (world) => world.held("companies").join(", "),
    ),
    says: ["changed", "stopped ledger-mismatch", "adopt", "1 created", "Chief, x.io, y.io"],
    held: ["undefined Ace", "undefined Boss"],
  },
  "of another match: nothing is sent; adopted, records are known by their ids, and none is made twice": {
    theirs: { contacts: [{ id: "88", email: "c@x.io", jobtitle: "Cook", external_id: "b@x.io" }] },
    then: steps(
      change({ destination: byExternalId("contacts"), fields: withId }),
      run(["1 a Ace", "2 b Bishop"]),
      adopt,
      run(),
      run(["1 a Ace"]),
    ),
    says: ["changed", "stopped ledger-mismatch", "adopt", "2 updated", "1 deleted"],
    held: ["a@x.io Ace", "archived b@x.io Bishop", "c@x.io Cook"],
  },
  "of another key: nothing is sent; adopted, keys of before are no keys of now": {
    first: ["1 a 2", "2 b 1"],
    then: steps(
      change({ model: modelWith("name || '@x.io' as email, title", "title") }),
      run(),
      adopt,
      run(),
      run(["1 a 2"]),
    ),
    says: ["changed", "stopped ledger-mismatch", "adopt", "", "1 deleted"],
    held: ["a@x.io 2", "archived b@x.io 1"],
  },
  "of another key and adopted: what no row's match finds again stays": {
    first: ["1 a 2", "2 b 1"],
    then: steps(change({ model: modelWith("name || '@x.io' as email, title", "title") }), adopt, run(["1 a 2"])),
    says: ["changed", "adopt", ""],
    held: ["a@x.io 2", "b@x.io 1"],
  },
  "of a sync that was renamed: it asks, and begun anew nothing is its own": {
    then: steps(
      renamed,
      run(both, { sync: "persons" }),
      run(both, { sync: "persons", firstRun: "send" }),
      run(["1 a Ace"], { sync: "persons" }),
    ),
    says: ["renamed", "stopped sync-renamed", "", ""],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "moved along with a renamed sync": {
    then: steps(
      renamed,
      (world) => world.ledger("move", { sync: "persons", from: "people" }),
      run(["1 a Ace"], { sync: "persons" }),
    ),
    says: ["renamed", "move", "1 deleted"],
    held: ["a@x.io Ace", "archived b@x.io Boss"],
  },
  "put aside: a mirror asks": {
    then: steps((world) => world.ledger("reset"), run(["1 a Ace"])),
    says: ["reset", "stopped first-run-undecided"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
};

function byExternalId(object: string): string {
  return `{ connection: hubspot, object: ${object}, match: external_id }`;
}

/** The account of somebody else, whose records happen to have the ids that ours had. */
async function swapped(world: World): Promise<string> {
  await world.swapAccount(2, {
    contacts: [
      { id: "20001", email: "x@x.io", jobtitle: "Xenia" },
      { id: "20002", email: "y@x.io", jobtitle: "Yves" },
    ],
  });
  return "swapped";
}

function renamed(world: World): string {
  rmSync(path.join(world.root, "people.sync.yaml"));
  world.sync({ name: "persons" });
  return "renamed";
}
