/**
 * Where a SELECT names its columns. A place is given only where it is certain: what a star, a function without an
 * alias or a template brings has none.
 */
import { type Range } from "../problem";
import { isMark, isName, isWord, sameName, sqlTokens, type Token } from "./sql-tokens";

/** One column of the result that the text names. */
export interface Output {
  readonly name: string;
  /** The alias, or the last part of a plain column: `email` of `c.email`. */
  readonly range: Range;
  /** column: it has no alias, and its name is the column's. */
  readonly form: "alias" | "column";
  /** Its whole entry in the list. */
  readonly item: Range;
  /** The SELECT that it stands in, within `tokens`: from its keyword to its end. */
  readonly select: { readonly first: number; readonly last: number };
}

export interface Outputs {
  readonly tokens: readonly Token[];
  readonly outputs: readonly Output[];
  /** Every column of the result is among the outputs: none comes from a star or without a name. */
  readonly complete: boolean;
  /** They are those of a table expression that the last SELECT passes on. */
  readonly passedOn?: true;
  /** Why not even a list was found. */
  readonly reason?: "template" | "several-statements" | "no-select";
  /** The keyword of the SELECT whose list this is, else where the statement begins. */
  readonly start: number;
}

export function outputsOf(sql: string): Outputs {
  const tokens = sqlTokens(sql);
  const none = (reason: Outputs["reason"] & string): Outputs => {
    return { tokens, outputs: [], complete: false, reason, start: tokens[0]?.start ?? 0 };
  };
  if (tokens.some((token) => isMark(token, "{{", "{%", "{#"))) return none("template");
  const end = tokens.findIndex((token) => isMark(token, ";"));
  if (end >= 0 && tokens.slice(end).some((token) => !isMark(token, ";"))) return none("several-statements");
  const scope = { first: 0, last: end < 0 ? tokens.length : end };
  return selectIn(tokens, scope, { withs: [], seen: new Set() }) ?? none("no-select");
}

/** The one output of this name: by its exact letters, or in another case where only one has it. */
export function outputNamed({ outputs }: Pick<Outputs, "outputs">, name: string): Output | undefined {
  const exact = outputs.filter((output) => output.name === name);
  const folded = outputs.filter((output) => sameName(output.name, name));
  // The warehouse gives the second of one name another.
  return folded.length > 1 ? undefined : (exact[0] ?? folded[0]);
}

/** Indices into the tokens, `last` exclusive. */
interface Scope {
  readonly first: number;
  readonly last: number;
}

/** What a SELECT inside another sees of it. */
interface Around {
  /** Where the table expressions stand that it may name, the nearest first. */
  readonly withs: readonly Scope[];
  /** Table expressions that were gone through: a circle has no end. */
  readonly seen: ReadonlySet<number>;
}

const setWords = ["union", "except", "intersect", "minus"] as const;
const clauses = ["from", "where", "group", "having", "order", "limit", "offset", "qualify", "window"] as const;

/** `* except (a)` leaves columns out; it joins no other SELECT. */
function isSetWord(tokens: readonly Token[], index: number): boolean {
  return isWord(tokens[index], ...setWords) && !isMark(tokens[index - 1], "*", ".") && !isWord(tokens[index - 1], "as");
}

function selectIn(tokens: readonly Token[], whole: Scope, around: Around): Outputs | undefined {
  const scope = unwrapped(tokens, whole);
  const depth = tokens[scope.first]?.depth ?? 0;
  if (!isWord(tokens[scope.first], "select", "with", "from") && !isMark(tokens[scope.first], "(")) return undefined;
  if (isMark(tokens[scope.first], "(")) return firstBranch(tokens, scope, around);
  const at = find(tokens, scope, (token) => token.depth === depth && isWord(token, "select"));
  if (at === undefined) return undefined;
  // (select …) before the list would be its own affair; a set operation before it means that the list is not first.
  const before = { first: scope.first, last: at };
  if (find(tokens, before, (token, index) => token.depth === depth && isSetWord(tokens, index)) !== undefined)
    return undefined;
  const byName = setByName(tokens, { first: at, last: scope.last }, depth);
  const first = listStart(tokens, at);
  const listEnd = find(tokens, { first, last: scope.last }, (token, index) => endsList(tokens, token, index, depth));
  const list = { first, last: listEnd ?? scope.last };
  const selectEnd = find(
    tokens,
    { first, last: scope.last },
    (t, index) => t.depth === depth && isSetWord(tokens, index),
  );
  const select = { first: at, last: selectEnd ?? scope.last };
  const items = itemsOf(tokens, list, depth);
  const passed = passedOn(tokens, { scope, select, items, list }, around);
  if (passed !== undefined) return passed;
  const outputs = items.map((item) => outputOf(tokens, item, select, depth));
  const found = outputs.filter((output) => output !== undefined);
  const complete = found.length === outputs.length && outputs.length > 0 && !byName;
  return { tokens, outputs: found, complete, start: tokens[at]?.start ?? 0 };
}

/** `(select …) union all (select …)`: the first has the names. */
function firstBranch(tokens: readonly Token[], scope: Scope, around: Around): Outputs | undefined {
  const depth = tokens[scope.first]?.depth ?? 0;
  const close = find(tokens, { first: scope.first + 1, last: scope.last }, (token) => token.depth === depth);
  if (close === undefined || !isMark(tokens[close], ")")) return undefined;
  const inner = selectIn(tokens, { first: scope.first + 1, last: close }, around);
  return inner && setByName(tokens, scope, depth) ? { ...inner, complete: false } : inner;
}

/** Brackets around the whole of it. */
function unwrapped(tokens: readonly Token[], scope: Scope): Scope {
  const [open, close] = [tokens[scope.first], tokens[scope.last - 1]];
  if (!isMark(open, "(") || !isMark(close, ")") || open?.depth !== close?.depth) return scope;
  const inner = { first: scope.first + 1, last: scope.last - 1 };
  const outside = find(tokens, inner, (token) => token.depth === open?.depth);
  return outside === undefined ? unwrapped(tokens, inner) : scope;
}

/** `union by name` adds columns that only the other branch has. */
function setByName(tokens: readonly Token[], scope: Scope, depth: number): boolean {
  return (
    find(
      tokens,
      scope,
      (token, index) =>
        token.depth === depth &&
        isSetWord(tokens, index) &&
        [tokens[index + 1], tokens[index + 2]].some((next) => isWord(next, "by")),
    ) !== undefined
  );
}

/** After `select`, `select distinct`, `select distinct on (…)`, `select top 5`. */
function listStart(tokens: readonly Token[], at: number): number {
  let next = at + 1;
  if (isWord(tokens[next], "all", "distinct")) next += 1;
  if (isWord(tokens[next], "on") && isMark(tokens[next + 1], "(")) {
    const depth = tokens[next]?.depth;
    next += 2;
    while (next < tokens.length && tokens[next]?.depth !== depth) next += 1;
    next += 1;
  }
  if (isWord(tokens[next], "top") && tokens[next + 1]?.kind === "number") next += 2;
  return next;
}

function endsList(tokens: readonly Token[], token: Token, index: number, depth: number): boolean {
  if (token.depth !== depth) return false;
  if (isSetWord(tokens, index)) return true;
  if (!isWord(token, ...clauses)) return false;
  if (isMark(tokens[index - 1], ".") || isWord(tokens[index - 1], "as", "within")) return false;
  // a is [not] distinct from b
  const isComparison =
    isWord(token, "from") && isWord(tokens[index - 1], "distinct") && isWord(tokens[index - 2], "is", "not");
  return !isComparison;
}

function itemsOf(tokens: readonly Token[], list: Scope, depth: number): readonly Scope[] {
  const items: Scope[] = [];
  let first = list.first;
  for (let index = list.first; index <= list.last; index++) {
    const isEnd = index === list.last || (tokens[index]?.depth === depth && isMark(tokens[index], ","));
    if (!isEnd) continue;
    // A comma after the last entry is allowed.
    if (index > first) items.push({ first, last: index });
    first = index + 1;
  }
  return items;
}

interface Passing {
  readonly scope: Scope;
  readonly select: Scope;
  readonly items: readonly Scope[];
  readonly list: Scope;
}

/** `with final as (…) select * from final`: the columns are those of the table expression. */
function passedOn(
  tokens: readonly Token[],
  { scope, select, items, list }: Passing,
  { withs, seen }: Around,
): Outputs | undefined {
  const [item] = items;
  if (items.length !== 1 || item?.last !== item!.first + 1 || !isMark(tokens[item!.first], "*")) return undefined;
  if (!isWord(tokens[list.last], "from")) return undefined;
  const table = tokens[list.last + 1];
  let next = list.last + 2;
  if (isWord(tokens[next], "as") && next < select.last) next += 1;
  const isClause = (token: Token | undefined): boolean => isWord(token, "where", "order", "limit", "offset", "qualify");
  if (next < select.last && isName(tokens[next]) && !isClause(tokens[next])) next += 1;
  if (!isName(table) || (next < select.last && !isClause(tokens[next]))) return undefined;
  const visible = [{ first: scope.first, last: select.first }, ...withs];
  const body = visible.map((each) => tableExpression(tokens, each, table.text)).find((each) => each !== undefined);
  if (body === undefined || seen.has(body.first)) return undefined;
  const inner = selectIn(tokens, body, { withs: visible, seen: new Set([...seen, body.first]) });
  const byName = setByName(tokens, scope, tokens[select.first]?.depth ?? 0);
  return inner && { ...inner, passedOn: true, complete: inner.complete && !byName };
}

/** The SELECT of `name as (…)` among the table expressions of a `with`, without a list of column names. */
function tableExpression(tokens: readonly Token[], scope: Scope, name: string): Scope | undefined {
  if (!isWord(tokens[scope.first], "with")) return undefined;
  const depth = tokens[scope.first]?.depth ?? 0;
  let found: Scope | undefined;
  for (let index = scope.first + 1; index < scope.last; index++) {
    const token = tokens[index];
    if (token?.depth !== depth || !isName(token) || !isWord(tokens[index + 1], "as") || !sameName(token.text, name))
      continue;
    let open = index + 2;
    while (isWord(tokens[open], "not", "materialized")) open += 1;
    if (!isMark(tokens[open], "(")) continue;
    const close = find(tokens, { first: open + 1, last: scope.last }, (each) => each.depth === depth);
    if (close === undefined || found !== undefined) return undefined;
    found = { first: open + 1, last: close };
  }
  return found;
}

/** Words that end no operand, so that a name after them is an operand and no alias. */
const operators = new Set(
  "and or not is in like ilike rlike regexp similar to between collate over at zone escape when then else case distinct all any some div mod xor glob".split(
    " ",
  ),
);
/** Words that are a value or the end of a type, never a column's name as it comes out. */
const values = new Set(
  "null true false current_date current_time current_timestamp localtime localtimestamp current_user session_user user end precision varying isnull notnull unknown row rows".split(
    " ",
  ),
);

function outputOf(tokens: readonly Token[], item: Scope, select: Scope, depth: number): Output | undefined {
  const [first, last] = [tokens[item.first], tokens[item.last - 1]];
  if (first === undefined || last === undefined || isStar(tokens, item, depth)) return undefined;
  const make = (token: Token, form: Output["form"]): Output => {
    return { name: token.text, range: rangeOf(token), form, item: { start: first.start, end: last.end }, select };
  };
  if (!isName(last) || last.depth !== depth || (last.kind === "name" && last.text === "")) return undefined;
  const before = tokens[item.last - 2];
  if (item.last - 1 === item.first) return isPlain(last) ? make(last, "column") : undefined;
  if (isWord(before, "as")) return make(last, "alias");
  if (isMark(before, ".")) return isPath(tokens, item) && isPlain(last) ? make(last, "column") : undefined;
  return isPlain(last) && endsOperand(tokens, item) ? make(last, "alias") : undefined;
}

function isPlain(token: Token): boolean {
  const word = token.text.toLowerCase();
  return token.kind === "name" || !(values.has(word) || operators.has(word));
}

/** `*`, `c.*`, `columns(…)`, `unnest(…)`: columns that the text does not name. A SELECT in the list is no list. */
function isStar(tokens: readonly Token[], item: Scope, depth: number): boolean {
  const first = tokens[item.first];
  if (isMark(first, "*") || isWord(first, "columns", "unnest", "select")) return true;
  const isOne = (token: Token, index: number): boolean => {
    if (isWord(token, "columns") && isMark(tokens[index + 1], "(")) return true;
    return token.depth === depth && (isWord(token, "select") || (isMark(token, "*") && isMark(tokens[index - 1], ".")));
  };
  return find(tokens, item, isOne) !== undefined;
}

/** a.b.c, and nothing else. */
function isPath(tokens: readonly Token[], item: Scope): boolean {
  for (let index = item.first; index < item.last; index++) {
    const isDot = (index - item.first) % 2 === 1;
    if (isDot ? !isMark(tokens[index], ".") : !isName(tokens[index])) return false;
  }
  return true;
}

/** Does what stands before an entry's last word make a whole, so that the word is its alias? */
function endsOperand(tokens: readonly Token[], item: Scope): boolean {
  const before = tokens[item.last - 2];
  // interval 3 day, interval '3' day, interval (n) day
  if (find(tokens, item, (token) => isWord(token, "interval")) !== undefined) return false;
  if (before?.kind === "word") {
    return isWord(before, "end", "null", "true", "false") || !operators.has(before.text.toLowerCase());
  }
  return before !== undefined && (before.kind !== "mark" || isMark(before, ")", "]", "}"));
}

function find(
  tokens: readonly Token[],
  { first, last }: Scope,
  matches: (token: Token, index: number) => boolean,
): number | undefined {
  for (let index = first; index < last; index++) {
    const token = tokens[index];
    if (token !== undefined && matches(token, index)) return index;
  }
  return undefined;
}

function rangeOf({ start, end }: Token): Range {
  return { start, end };
}
