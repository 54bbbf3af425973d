/** What somebody else made is neither removed nor, unless a row means it, written. */
import { rmSync } from "node:fs";
import { both, type Case, clerk, models, run, steps } from "./steps";
import { recordsIn, type World } from "./world";

export const theirs: Readonly<Record<string, Case>> = {
  "a record that was there stays when its row goes": {
    theirs: clerk,
    then: models(["1 a Ace"]),
    says: [""],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "unless the sync says remove_adopted": {
    theirs: clerk,
    sync: { remove_adopted: "true" },
    then: models(["1 a Ace"]),
    says: ["1 deleted"],
    held: ["a@x.io Ace", "archived b@x.io Boss"],
  },
  "also where no answer came to what was sent of it": {
    theirs: clerk,
    first: "no run",
    then: steps(
      async (world) => {
        world.losesAnswers();
        world.model(both);
        await world.run({ firstRun: "send", readBack: "none" });
        world.account.clearFaults();
        return "no answers";
      },
      run(both),
      run(["1 a Ace"]),
    ),
    says: ["no answers", "", ""],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "also where the row went before an answer came": {
    theirs: clerk,
    first: "no run",
    then: steps(
      async (world) => {
        world.losesAnswers();
        world.model(both);
        await world.run({ firstRun: "send", readBack: "none" });
        world.account.clearFaults();
        return "no answers";
      },
      run(["1 a Ace"]),
    ),
    says: ["no answers", ""],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "nothing of it is overwritten by a record whose match becomes its own": {
    theirs: { contacts: [{ email: "z@x.io", jobtitle: "Clerk" }] },
    then: models(["1 a Ace", "2 z Boss"]),
    says: ["1 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss", "z@x.io Clerk"],
  },
  "nothing of it is overwritten by an insert": {
    theirs: clerk,
    sync: { mode: "insert", on_removed: undefined },
    then: steps(
      (world) => {
        rmSync(world.kept("ledger"), { recursive: true });
        return "lost";
      },
      run(both, { firstRun: "send" }),
    ),
    says: ["lost", "2 skipped"],
    held: ["a@x.io Ace", "b@x.io Clerk"],
  },
  "a field is kept where only empty ones are written": {
    theirs: clerk,
    sync: { fields: "{ email: email, jobtitle: { column: title, write: if_empty } }" },
    then: models(["1 a Ace", "2 b Bishop"]),
    says: [""],
    held: ["a@x.io Ace", "b@x.io Clerk"],
  },
  "a field is kept where only new records get it": {
    theirs: clerk,
    sync: { fields: "{ email: email, jobtitle: { column: title, write: create_only } }" },
    then: models(["1 a Ace", "2 b Bishop"]),
    says: [""],
    held: ["a@x.io Ace", "b@x.io Clerk"],
  },
  "what counts as sent was there": {
    theirs: { contacts: [{ email: "a@x.io", jobtitle: "Ace" }, ...(clerk.contacts ?? [])] },
    first: "no run",
    then: steps(run(both, { firstRun: "baseline" }), run(["1 a Ace"])),
    says: ["", ""],
    held: ["a@x.io Ace", "b@x.io Clerk"],
  },
  "what somebody made anew after they removed ours": {
    then: steps(madeAnew, run(["1 a Ace"])),
    says: ["made anew", "1 deleted"],
    held: ["a@x.io Ace", "archived b@x.io Boss", "b@x.io Clerk"],
  },
  "also once a row has written it": {
    then: steps(madeAnew, run(["1 a Ace", "2 b Bishop"]), run(["1 a Ace"])),
    says: ["made anew", "1 updated", ""],
    held: ["a@x.io Ace", "archived b@x.io Boss", "b@x.io Bishop"],
  },
};

async function madeAnew(world: World): Promise<string> {
  const [id] = [...recordsIn(world.account).values()].flatMap((one) =>
    one.properties.email === "b@x.io" ? [one.id] : [],
  );
  await world.api("DELETE", `/crm/v3/objects/contacts/${id}`);
  await world.api("POST", "/crm/v3/objects/contacts", { properties: { email: "b@x.io", jobtitle: "Clerk" } });
  return "made anew";
}
