import assert from "node:assert/strict";
import { statementBody } from "../../../src/warehouses/sql-text";

describe("a statement's body", () => {
  it("is the statement without semicolons, comments and white space at its end", () => {
    const cases: readonly [sql: string, body: string][] = [
      ["select 1", "select 1"],
      ["  select 1 ; ;\n", "  select 1"],
      ["select 1 -- ; all", "select 1"],
      ["select 1 /* ; */ ; -- x\n/* y */", "select 1"],
      ["select ';' ;", "select ';'"],
      ["select '--''; /*' ;", "select '--''; /*'"],
      ['select ";" from "a""--;";', 'select ";" from "a""--;"'],
      ["select $$;$$;", "select $$;$$"],
      ["select $t$;$$--$t$ -- x", "select $t$;$$--$t$"],
      ["select e'\\';--' ;", "select e'\\';--'"],
      ["select a -- b\n, c;", "select a -- b\n, c"],
      ["select 1; select 2;", "select 1; select 2"],
      ["-- nothing\n;", ""],
    ];
    for (const [sql, body] of cases) assert.deepEqual([sql, statementBody(sql)], [sql, body]);
  });
});
