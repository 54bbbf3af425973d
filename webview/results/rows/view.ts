/** How clicks change the order and the filters of the rows. */
import { type RowFilter, type RowSort } from "../../../src/calls/calls";

/** A click goes from ascending to descending to the model's own order; alone, it forgets what other columns said. */
export function sorted(sort: readonly RowSort[], column: number, how: "alone" | "add"): readonly RowSort[] {
  const present = sort.find((each) => each.column === column);
  const next: RowSort | undefined =
    present === undefined
      ? { column, order: "ascending" }
      : present.order === "ascending"
        ? { column, order: "descending" }
        : undefined;
  if (how === "alone") return next === undefined ? [] : [next];
  if (present === undefined) return [...sort, { column, order: "ascending" }];
  return sort.flatMap((each) => (each.column !== column ? [each] : next === undefined ? [] : [next]));
}

/** A column has one filter. */
export function withFilter(
  filters: readonly RowFilter[],
  column: number,
  filter: RowFilter | undefined,
): readonly RowFilter[] {
  const others = filters.filter((each) => each.column !== column);
  return filter === undefined ? others : [...others, filter];
}
