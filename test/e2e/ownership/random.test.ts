/**
 * Whatever happens in whatever order: after each step nothing that somebody else made was removed, and none of it was
 * written but by a row that means it. Whose a record is, is reckoned here from who made it. `SLUICE_SEQUENCES=300` tries
 * more of them, `SLUICE_SEED` others.
 */
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { copyState, openWorld, recordsIn, type StoredRecord, type World } from "./world";

const seed = Number(process.env.SLUICE_SEED ?? 20261126);
const numRuns = Number(process.env.SLUICE_SEQUENCES ?? 3);

/** So that guards keep it from little. */
const limits = "{ max_removed: 100%, max_rejected: 100%, min_rows: 0 }";

/** A sync file may be renamed; its ledger may be moved along or not. */
const names = ["people", "persons"] as const;
const letters = ["a", "b", "c", "d"] as const;

type Step =
  | {
      readonly do: "run";
      readonly sync: "people" | "staff";
      readonly people: readonly string[];
      readonly lost: boolean;
    }
  | { readonly do: "rename"; readonly move: boolean }
  | { readonly do: "they make" | "they remove" | "they write"; readonly name: string }
  | {
      readonly do:
        "lose ledger" | "keep a copy" | "put the copy back" | "adopt" | "copy to the other" | "swap account and adopt";
    };

/** Of ten rows one has the name of another, of twenty one no key. */
const person = fc
  .record({ row: fc.nat(3), other: fc.nat(39), isNull: fc.nat(19), title: fc.constantFrom("Ace", "Boss") })
  .map(({ row, other, isNull, title }) =>
    [isNull === 0 ? "-" : row + 1, letters[other] ?? letters[row], title].join(" "),
  );
const runs = fc.record({
  do: fc.constant("run" as const),
  sync: fc.constantFrom("people" as const, "people" as const, "staff" as const),
  people: fc.uniqueArray(person, { maxLength: 4, selector: (one) => one[0] }),
  lost: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: runs },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rename" as const), move: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("they make" as const, "they remove" as const, "they write" as const),
      name: fc.constantFrom(...letters),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>(
      { do: "lose ledger" },
      { do: "keep a copy" },
      { do: "put the copy back" },
      { do: "adopt" },
      { do: "copy to the other" },
      { do: "swap account and adopt" },
    ),
  },
);

describe("whose records: whatever happens in whatever order", function () {
  this.timeout(numRuns * 60_000);

  it("removes and overwrites nothing that is not ours", async () => {
    const steps = fc.array(step, { minLength: 6, maxLength: 9 });
    await fc.assert(fc.asyncProperty(steps, play), { numRuns, seed, endOnFailure: true });
  });
});

async function play(steps: readonly Step[]): Promise<void> {
  const world = await openWorld({ contacts: [{ email: "b@x.io", jobtitle: "Clerk" }] });
  try {
    const tale = begin(world);
    await tale({
      do: "run",
      sync: "people",
      people: ["1 a Ace", "2 b Boss", "3 c Cook"],
      lost: steps.length % 2 === 0,
    });
    for (const one of steps) await tale(one);
  } finally {
    await world.close();
  }
}

/** Takes a step and looks at every record; gives a function for the next one. */
function begin(world: World): (step: Step) => Promise<void> {
  let name: string = names[0];
  let swapped = false;
  /** Made by a run; and e-mails that a row of a run had. */
  const ours = new Set<string>();
  const meant = new Set<string>();
  const log: string[] = [];
  const make = (sync: string): void => world.sync({ name: sync, with: { guards: limits } });
  for (const sync of [name, "staff"]) make(sync);

  async function take(step: Step): Promise<string> {
    switch (step.do) {
      case "run": {
        const sync = step.sync === "people" ? name : "staff";
        world.model(step.people, sync);
        for (const one of step.people) meant.add(`${one.split(" ")[1] ?? ""}@x.io`);
        if (step.lost) world.losesAnswers();
        const readBack = step.lost ? "none" : "default";
        const said = await world.run({ sync, firstRun: "send", readBack });
        world.account.clearFaults();
        return said;
      }
      case "rename": {
        const next = names.find((one) => one !== name) ?? name;
        rmSync(path.join(world.root, `${name}.sync.yaml`));
        make(next);
        const from = name;
        name = next;
        return step.move ? world.ledger("move", { sync: next, from }) : "left behind";
      }
      case "lose ledger":
        rmSync(ledgerOf(name), { force: true });
        return "";
      case "keep a copy":
        copyState(world.kept("ledger"), path.join(world.root, "copy"));
        return "";
      case "put the copy back":
        if (existsSync(path.join(world.root, "copy"))) copyState(path.join(world.root, "copy"), world.kept("ledger"));
        return "";
      case "adopt":
        return world.ledger("adopt", { sync: name });
      case "copy to the other":
        copyState(ledgerOf(name), ledgerOf("staff"));
        return "";
      case "swap account and adopt":
        swapped = !swapped;
        await world.swapAccount(swapped ? 2 : 3, {
          // Ids that the account before gave to ours.
          contacts: letters.map((letter, index) => ({ id: String(20_001 + index), email: `their-${letter}@x.io` })),
        });
        ours.clear();
        return world.ledger("adopt", { sync: name });
      default:
        return theyDo(world, step);
    }
  }

  const ledgerOf = (sync: string): string => world.kept("ledger", "dev", `${sync}.duckdb`);
  return async (step) => {
    const before = recordsIn(world.account);
    const said = await take(step);
    log.push(`${JSON.stringify(step)}: ${said}`);
    if (step.do !== "run") return;
    const after = recordsIn(world.account);
    for (const record of after.keys()) if (!before.has(record)) ours.add(record);
    const wrong = [...before].flatMap(([record, was]) =>
      ours.has(record) ? [] : (harmTo(was, after.get(record), meant) ?? []),
    );
    assert.deepEqual(wrong, [], log.join("\n"));
  };
}

async function theyDo(world: World, { do: what, name }: Extract<Step, { name: string }>): Promise<string> {
  const there = [...recordsIn(world.account).values()].find(
    ({ properties, archivedAt }) => properties.email === `${name}@x.io` && archivedAt === undefined,
  );
  const contacts = "/crm/v3/objects/contacts";
  if (what === "they make" && there === undefined)
    await world.api("POST", contacts, { properties: { email: `${name}@x.io`, jobtitle: "Clerk", city: "Rome" } });
  else if (what === "they remove" && there !== undefined) await world.api("DELETE", `${contacts}/${there.id}`);
  else if (what === "they write" && there !== undefined)
    await world.api("PATCH", `${contacts}/${there.id}`, { properties: { jobtitle: "Chief", city: "Bern" } });
  else return "nothing to do";
  return "done";
}

/** What a run did to a record that somebody else made, and must not have done. */
function harmTo(was: StoredRecord, is: StoredRecord | undefined, meant: ReadonlySet<string>): string | undefined {
  const { email = "" } = was.properties;
  if (is === undefined) return `${email} is gone`;
  if (is.archivedAt !== was.archivedAt) return `${email} was archived`;
  if (is.properties.city !== was.properties.city) return `${email} has lost what nobody maps`;
  const isSame = JSON.stringify(is.properties) === JSON.stringify(was.properties);
  return isSame || meant.has(email) ? undefined : `${email} was written, and no row meant it`;
}
