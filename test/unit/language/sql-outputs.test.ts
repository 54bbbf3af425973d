import assert from "node:assert/strict";
import { outputNamed, outputsOf } from "../../../src/language/sql-outputs";
import { unmarked } from "./marked";

/** Each names the columns of its result between ‹ and ›. `complete`: they are all of them. */
const queries: readonly { readonly sql: string; readonly complete: boolean; readonly why: string }[] = [
  { why: "plain columns", complete: true, sql: "select ‹id›, c.‹email›, s.main.c.‹name› from c" },
  { why: "aliases, with and without as", complete: true, sql: "select a as ‹x›, b ‹y›, c.d ‹z› from t" },
  { why: "capitals", complete: true, sql: "SELECT a AS ‹X›, B ‹Y› FROM t" },
  { why: "no from", complete: true, sql: "select 1 as ‹one›, 'a' ‹two›, null ‹three›" },
  { why: "quoted names", complete: true, sql: 'select a as ‹"my id"›, t.‹"b"›, c ‹"d ""e"""› from t' },
  { why: "backticks", complete: true, sql: "select a as ‹`my id`›, ‹`b`› from `x`.`y`" },
  {
    why: "strings with commas, quotes and from",
    complete: true,
    sql: "select 'a, b from c' as ‹x›, 'it''s' as ‹y› from t",
  },
  { why: "escape strings", complete: true, sql: "select E'a\\', from ' as ‹x›, b as ‹y› from t" },
  { why: "dollar quotes", complete: true, sql: "select $$a, from b$$ as ‹x›, $q$ , $$ $q$ as ‹y› from t" },
  {
    why: "comments",
    complete: true,
    sql: "-- all, of\nselect /* a, from */ ‹a›, -- b as c,\n b as ‹c› -- from x\nfrom t",
  },
  {
    why: "commas in brackets",
    complete: true,
    sql: "select coalesce(a, b) as ‹x›, [1, 2] as ‹y›, {'a': 1, 'b': 2} ‹z› from t",
  },
  { why: "functions", complete: true, sql: "select count(*) ‹n›, sum(o.amount) as ‹ltv›, max(o.on) ‹last› from o" },
  { why: "functions without a name", complete: false, sql: "select ‹id›, count(*), max(x) as ‹m› from t" },
  {
    why: "extract, trim and substring with from inside",
    complete: true,
    sql: "select extract(year from d) as ‹y›, trim(both ' ' from s) ‹t› from t",
  },
  {
    why: "is distinct from",
    complete: true,
    sql: "select a is distinct from b as ‹changed›, a is not distinct from b as ‹same› from t",
  },
  {
    why: "case",
    complete: true,
    sql: "select case when a > 1 then 'x' else b end as ‹k›, case a when 1 then 2 end ‹l› from t",
  },
  { why: "a case without a name", complete: false, sql: "select ‹id›, case when a then b else c end from t" },
  {
    why: "casts",
    complete: true,
    sql: "select cast(a as varchar) as ‹x›, b::int as ‹y›, c::decimal(10, 2) ‹z›, d::date ‹w› from t",
  },
  {
    why: "a cast without a name",
    complete: false,
    sql: "select ‹id›, a::int, b::double precision, c::timestamp with time zone from t",
  },
  {
    why: "windows",
    complete: true,
    sql: "select row_number() over (partition by a order by b desc) as ‹rn›, sum(x) over w ‹s› from t window w as (order by a)",
  },
  {
    why: "filters and within group",
    complete: true,
    sql: "select count(*) filter (where a > 1) as ‹n›, percentile_cont(0.5) within group (order by x) ‹p› from t",
  },
  {
    why: "operators before the last word",
    complete: false,
    sql: "select a and b, a or b, not a, a is null, a like b, a collate nocase, ts at time zone tz, a + b, ‹c› from t",
  },
  {
    why: "literals of a type",
    complete: true,
    sql: "select date '2024-01-01' ‹d›, interval '3' day as ‹i›, timestamp '2024-01-01' as ‹t›",
  },
  {
    why: "intervals without a name",
    complete: false,
    sql: "select interval 3 day, interval '3' day, interval (n) day, ‹x› from t",
  },
  { why: "values that look like columns", complete: false, sql: "select current_date, null, true, ‹x› from t" },
  { why: "distinct", complete: true, sql: "select distinct ‹a›, b as ‹c› from t" },
  { why: "distinct on", complete: true, sql: "select distinct on (a, b) ‹a›, b as ‹c› from t order by a" },
  { why: "top", complete: true, sql: "select top 5 ‹a› from t" },
  { why: "a comma after the last", complete: true, sql: "select ‹a›, b as ‹c›, from t" },
  {
    why: "group by all",
    complete: true,
    sql: "select c.‹id›, sum(o.x) as ‹ltv› from c left join o on o.c = c.id group by all",
  },
  { why: "a star", complete: false, sql: "select *, a as ‹b› from t" },
  { why: "a table's star", complete: false, sql: "select t.*, a as ‹b›, a * c as ‹d› from t" },
  {
    why: "a star with exceptions",
    complete: false,
    sql: "select * exclude (a), * replace (b as c), t.* except (d), ‹e› from t",
  },
  { why: "columns()", complete: false, sql: "select columns('a.*'), max(columns(*)), ‹e› from t" },
  { why: "unnest", complete: false, sql: "select unnest(a) as x, ‹b› from t" },
  { why: "from first", complete: true, sql: "from t select ‹a›, b as ‹c› where a > 1" },
  { why: "from alone", complete: false, sql: "from t" },
  { why: "a scalar subquery", complete: true, sql: "select (select max(a) as m from u) as ‹x›, ‹b› from t" },
  { why: "a subquery in from", complete: true, sql: "select ‹a›, b as ‹c› from (select a, b as d from t) s" },
  {
    why: "union: the first has the names",
    complete: true,
    sql: "select a as ‹x› from t union all select b as y from u order by 1",
  },
  {
    why: "except and intersect",
    complete: true,
    sql: "select ‹a› from t except select b from u intersect select c from v",
  },
  {
    why: "union by name: others may bring more",
    complete: false,
    sql: "select a as ‹x› from t union all by name select b as y from u",
  },
  {
    why: "branches in brackets",
    complete: true,
    sql: "(select a as ‹x› from t) union all (select b as y from u) order by x",
  },
  { why: "brackets around it all", complete: true, sql: "((select a as ‹x› from t))" },
  { why: "a semicolon at the end", complete: true, sql: "select ‹a› from t;\n-- done\n" },
  {
    why: "table expressions: the last SELECT counts",
    complete: true,
    sql: "with a as (select x as y from t), b(z) as materialized (select 1 as q) select a.‹y›, z as ‹w› from a, b",
  },
  {
    why: "recursive ones",
    complete: true,
    sql: "with recursive r as (select 1 as n union all select n + 1 from r) select ‹n› from r",
  },
  {
    why: "the way of dbt: select * from final",
    complete: true,
    sql: `with customers as (
    select * from raw_customers
), orders as (
    select customer_id, sum(amount) as total from raw_orders group by 1
),
final as (
    select
        customers.‹id›,
        coalesce(orders.total, 0) as ‹ltv›
    from customers
    left join orders on orders.customer_id = customers.id
)

select * from final
`,
  },
  {
    why: "through two of them, with a filter",
    complete: true,
    sql: "with a as (select x as ‹y› from t), b as (select * from a where y > 1) select * from b as f order by y limit 5",
  },
  {
    why: "not through a join",
    complete: false,
    sql: "with a as (select x as y from t) select * from a join b using (y)",
  },
  {
    why: "not from a table of the warehouse",
    complete: false,
    sql: "with a as (select x as y from t) select * from b",
  },
  {
    why: "not from a table expression that gives its own names",
    complete: false,
    sql: "with a(q) as (select x as y from t) select * from a",
  },
  { why: "a circle", complete: false, sql: "with recursive a as (select * from a) select * from a" },
  {
    why: "names that are other dialects' keywords",
    complete: true,
    sql: "select t.‹from›, t.‹order›, a as ‹select_› from t",
  },
  { why: "a keyword as an alias", complete: true, sql: "select a as ‹order›, b as ‹end› from t" },
  { why: "letters of any script", complete: true, sql: "select größe as ‹maß›, t.‹имя› from t" },
  {
    why: "lambdas and struct fields",
    complete: true,
    sql: "select list_transform(l, x -> x + 1) as ‹l›, s.a.‹b›, s['k'] ‹k› from t",
  },
  { why: "an alias in front is another dialect's path", complete: false, sql: "select x: a + b, ‹c› from t" },
  { why: "dbt's templates", complete: false, sql: "select a as x from {{ ref('t') }}" },
  { why: "template statements", complete: false, sql: "{% set a = 1 %} select a as x from t" },
  { why: "several statements", complete: false, sql: "set x = 1; select a as y from t" },
  { why: "no SELECT", complete: false, sql: "values (1, 2)" },
  { why: "nothing", complete: false, sql: "" },
  { why: "what is not closed", complete: true, sql: "select a as ‹x› from t where b = 'c" },
];

describe("the columns that a SELECT names", () => {
  for (const { why, sql: marked, complete } of queries) {
    it(`are found: ${why}`, () => {
      const { text, ranges } = unmarked(marked);
      const found = outputsOf(text);
      assert.deepEqual(
        found.outputs.map(({ range }) => range),
        ranges,
      );
      assert.equal(found.complete, complete);
    });
  }

  it("are told apart by their letters, and not given where two have one name", () => {
    const named = (sql: string, name: string) => outputNamed(outputsOf(sql), name)?.name;
    assert.equal(named("select a as Email from t", "email"), "Email");
    assert.equal(named("select a as x, b as x from t", "x"), undefined);
    assert.equal(named("select a as x, b as X from t", "x"), undefined);
    assert.equal(named("select a as x from t", "y"), undefined);
  });

  it("have a reason where there are none", () => {
    assert.equal(outputsOf("select {{ x }}").reason, "template");
    assert.equal(outputsOf("select 1; select 2").reason, "several-statements");
    assert.equal(outputsOf("from t").reason, "no-select");
  });

  it("are looked for in any text without an error", () => {
    for (const text of [
      "select",
      "select ,",
      "with",
      "with a as (",
      "((",
      "))",
      "select (",
      'select "',
      "select '",
      "/*",
      "$$",
      "select a as",
      "select .",
      "from",
    ])
      assert.doesNotThrow(() => outputsOf(text), text);
  });
});
