/** What several syncs hold goes with the last of them. */
import { type Case, run, steps } from "./steps";
import { type SyncAsk, type World } from "./world";

/** A second sync of the same object, of its own model. */
const another =
  (name: string, people: readonly string[], other: SyncAsk["with"] = {}) =>
  async (world: World): Promise<string> => {
    world.sync({ name, with: other });
    world.model(people, name);
    return world.run({ sync: name, firstRun: "send" });
  };

export const others: Readonly<Record<string, Case>> = {
  "a record stays while another sync holds it": {
    then: steps(another("staff", ["7 b Chief"]), run(["1 a Ace"])),
    says: ["1 updated", ""],
    held: ["a@x.io Ace", "b@x.io Chief"],
  },
  "whatever match the other sync finds it by": {
    theirs: {},
    sync: { fields: "{ email: email, jobtitle: title, external_id: id }" },
    then: steps(
      another("staff", ["2 b Chief"], {
        destination: "{ connection: hubspot, object: contacts, match: external_id }",
        fields: "{ external_id: id, jobtitle: title }",
      }),
      run(["1 a Ace"]),
    ),
    says: ["1 updated", ""],
    held: ["a@x.io Ace", "b@x.io Chief"],
  },
  "also while the other sync is of another target with the same account": {
    then: steps(run(undefined, { target: "prod", firstRun: "send" }), run(["1 a Ace"])),
    says: ["", ""],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
};
