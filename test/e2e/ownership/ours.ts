/** What the sync itself made goes with its row, and only then. */
import { both, type Case, change, models, modelWith, run, steps } from "./steps";
import { recordsIn } from "./world";

export const ours: Readonly<Record<string, Case>> = {
  "a record goes with its row": {
    then: models(["1 a Ace"]),
    says: ["1 deleted"],
    held: ["a@x.io Ace", "archived b@x.io Boss"],
  },
  "not while its row has no match": {
    sync: { model: modelWith("if(title = 'none', null, name || '@x.io') as email, title") },
    then: models(["1 a Ace", "2 b none"]),
    says: ["1 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not while its key comes twice": {
    sync: { guards: "{ max_removed: 100%, max_rejected: 100% }" },
    then: models(["1 a Ace", "2 b Boss", "2 b Bishop"]),
    says: ["2 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not while two rows share its match": {
    then: models(["1 a Ace", "2 b Boss", "3 b Bishop"], ["1 a Ace", "3 b Bishop", "4 b Boss"]),
    says: ["2 rejected", "2 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not while its row has a value that its mapping does not know": {
    sync: { fields: "{ email: email, jobtitle: { column: title, values: { Ace: Ace, Boss: Boss } } }" },
    then: models(["1 a Ace", "2 b Bishop"]),
    says: ["1 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not while the destination refuses its row": {
    then: models(["1 a Ace", "2 b@ Boss"], ["1 a Ace", "2 b@ Boss"]),
    says: ["1 rejected", "1 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not while a row without a key could be its own": {
    then: models(["1 a Ace", "- c Cook"]),
    says: ["1 rejected"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not when another key brings its match": {
    then: models(["1 a Ace", "3 b Bishop"]),
    says: ["1 updated"],
    held: ["a@x.io Ace", "b@x.io Bishop"],
  },
  "not by a model without rows": {
    then: models([]),
    says: ["guarded min_rows"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not by more than the limit": {
    sync: { guards: "{ max_removed: 1 }" },
    then: models(["3 c Cook"]),
    says: ["guarded max_removed"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "not where no limit was ever stated": {
    then: steps(change({ guards: undefined }), run(["1 a Ace"])),
    says: ["changed", "guarded max_removed"],
    held: ["a@x.io Ace", "b@x.io Boss"],
  },
  "a first mirror writes nothing without a limit": {
    sync: { guards: undefined },
    first: "no run",
    then: steps(run(both, { firstRun: "send" })),
    says: ["guarded max_removed"],
    held: [],
  },
  "clearing spares what the sync does not write": {
    sync: { on_removed: "clear" },
    first: both,
    then: steps(
      async (world) => {
        const [{ id } = { id: "" }] = [...recordsIn(world.account).values()].filter(
          ({ properties }) => properties.email === "b@x.io",
        );
        await world.api("PATCH", `/crm/v3/objects/contacts/${id}`, { properties: { city: "Rome" } });
        return "they wrote a city";
      },
      run(["1 a Ace"]),
      (world) => [...recordsIn(world.account).values()].map(({ properties }) => properties.city ?? "-").join(" "),
    ),
    says: ["they wrote a city", "1 deleted", "Bern - Rome"],
    held: ["a@x.io Ace", "b@x.io"],
  },
};
