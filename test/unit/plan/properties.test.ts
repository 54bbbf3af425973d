import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { type Json } from "../../../src/value";
import { sqlString } from "../../../src/warehouses/duckdb-driver";
import { allChanges, carryOut, changesOf, definitionOf, inWorld, planIn, rejectionsOf, type World } from "./world";

interface Row {
  readonly id: number;
  readonly email: string;
  readonly a: string | null;
  readonly n: number | null;
}

const rowsOf = (emails: boolean): fc.Arbitrary<readonly Row[]> =>
  fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 8 }),
      email: emails ? fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h") : fc.constant(""),
      a: fc.option(fc.constantFrom("", "x", "it's", 'q"', "é\n🦀")),
      n: fc.option(fc.integer({ min: -2, max: 2 })),
    }),
    {
      maxLength: 8,
      // Neither a key nor, where it matters, a match comes twice.
      comparator: (one, other) => one.id === other.id || (emails && one.email === other.email),
    },
  );

function sqlOf(rows: readonly Row[]): string {
  const text = (value: string | null): string => (value === null ? "null" : sqlString(value));
  const lines = rows.map(({ id, email, a, n }) => `(${id}, ${text(email)}, ${text(a)}, ${n ?? "null"})`);
  const from =
    lines.length === 0
      ? "(values (1, '', '', 1)) as t(id, email, a, n) where false"
      : `(values ${lines.join(", ")}) as t(id, email, a, n)`;
  return `select id, email, a::varchar as a, n::integer as n from ${from}`;
}

const heldBy = (world: World): readonly unknown[] =>
  [...world.held.values()].map((record) => JSON.stringify(record)).sort();
const wantedOf = (rows: readonly Row[], fields: readonly (keyof Row)[]): readonly unknown[] =>
  rows.map((row) => JSON.stringify(Object.fromEntries(fields.map((field) => [field, row[field] as Json])))).sort();

describe("plan: whatever the model and however it is edited", () => {
  it("a mirror's changes make the destination what the model is, and then there is nothing to do", async () => {
    const mirror = definitionOf({ fields: { a: "a", n: "n" }, mode: "mirror", onRemoved: "delete" });
    await fc.assert(
      fc.asyncProperty(fc.array(rowsOf(false), { minLength: 2, maxLength: 3 }), async (models) => {
        await inWorld({}, async (world) => {
          for (const rows of models) {
            await carryOut(world, await planIn(world, mirror, sqlOf(rows), { options: { firstRun: "send" } }));
            assert.deepEqual(heldBy(world), wantedOf(rows, ["a", "n"]));
          }
          const again = await planIn(world, mirror, sqlOf(models.at(-1) ?? []));
          assert.deepEqual(await changesOf(again), []);
        });
      }),
      { numRuns: 6, seed: 11, endOnFailure: true },
    );
  });

  it("matches may move between rows: after some runs every row has its record and no record is left over", async () => {
    const mirror = definitionOf({
      fields: { email: "email", a: "a" },
      match: "email",
      mode: "mirror",
      onRemoved: "delete",
    });
    await fc.assert(
      fc.asyncProperty(rowsOf(true), rowsOf(true), async (before, after) => {
        await inWorld({}, async (world) => {
          await carryOut(world, await planIn(world, mirror, sqlOf(before), { options: { firstRun: "send" } }));
          let runs = 0;
          const open = async (): Promise<boolean> => {
            const stored = await planIn(world, mirror, sqlOf(after));
            await carryOut(world, stored);
            return (await changesOf(stored)).length + (await rejectionsOf(stored)).length > 0;
          };
          while (await open()) assert.ok((runs += 1) < 5, "the runs come to no end");
          assert.deepEqual(heldBy(world), wantedOf(after, ["email", "a"]));
        });
      }),
      { numRuns: 12, seed: 12, endOnFailure: true },
    );
  });

  it("has the same digest for the same rows in another order, and another for other rows", async () => {
    const definition = definitionOf({ fields: { a: "a", n: "n" } });
    await fc.assert(
      fc.asyncProperty(rowsOf(false), rowsOf(false), async (rows, others) => {
        await inWorld({}, async (world) => {
          // The digest is also of the sync, so the rows come from outside of it.
          const digestOf = async (some: readonly Row[]): Promise<string> => {
            await writeFile(path.join(world.folder, "rows.json"), JSON.stringify(some));
            const columns = "{id: 'integer', email: 'varchar', a: 'varchar', n: 'integer'}";
            return (await planIn(world, definition, `select * from read_json('rows.json', columns = ${columns})`))
              .header.digest;
          };
          const digest = await digestOf(rows);
          assert.equal(await digestOf([...rows].reverse()), digest);
          const same =
            JSON.stringify(wantedOf(rows, ["id", "a", "n"])) === JSON.stringify(wantedOf(others, ["id", "a", "n"]));
          assert.equal((await digestOf(others)) === digest, same);
        });
      }),
      { numRuns: 6, seed: 13, endOnFailure: true },
    );
  });
});

describe("plan: values", () => {
  const typed = {
    text: ["'it''s'", "text:it's"],
    whole: ["9223372036854775807", "number:9223372036854775807"],
    huge: ["170141183460469231731687303715884105727::hugeint", "number:170141183460469231731687303715884105727"],
    exact: ["1234567890123.450000::decimal(20,6)", "number:1234567890123.45"],
    float: ["0.1::double", "number:0.1"],
    yes: ["true", "boolean:true"],
    day: ["date '2026-01-31'", "date:2026-01-31"],
    local: ["timestamp '2026-01-31 10:00:00.5'", "timestamp:2026-01-31T10:00:00.5"],
    instant: ["timestamptz '2026-01-31 10:00:00+02'", "instant:2026-01-31T08:00:00Z"],
    json: [`'{"a": [1, null]}'::json`, `json:{"a":[1,null]}`],
    list: ["[1, null, 3]", "json:[1,null,3]"],
    struct: ["{'a': 'x'}", `json:{"a":"x"}`],
    nothing: ["null::date", "null"],
  } as const;
  const columns = Object.entries(typed);
  const fields = Object.fromEntries(columns.map(([name]) => [name, name]));

  it("of every logical type come out whole", async () => {
    await inWorld({}, async (world) => {
      const sql = `select 1 as id, ${columns.map(([name, [value]]) => `${value} as "${name}"`).join(", ")}`;
      const definition = definitionOf({ fields });
      const stored = await planIn(world, definition, sql);
      const [change] = await allChanges(stored);
      const seen = Object.fromEntries(
        Object.entries(change?.fields ?? {}).map(([name, { after }]) => [
          name,
          after === null ? "null" : `${after.type}:${after.text}`,
        ]),
      );
      assert.deepEqual(seen, Object.fromEntries(columns.map(([name, [, value]]) => [name, value])));
      await carryOut(world, stored);
      assert.deepEqual(await changesOf(await planIn(world, definition, sql)), []);
    });
  });

  it("are the same after a cast in the model, and after the SQL was written anew", async () => {
    await inWorld({}, async (world) => {
      const definition = definitionOf({ fields: { a: "a", b: "b" } });
      await carryOut(world, await planIn(world, definition, "select 1 as id, 10 as a, '2026-01-31' as b"));
      const casts =
        "with x as (select 1::bigint as id) select id::varchar as id, 10.00::decimal(9,2) as a, date '2026-01-31' as b from x";
      assert.deepEqual(await changesOf(await planIn(world, definition, casts)), []);
    });
  });
});
