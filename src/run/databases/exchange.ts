/** What is kept of a database step: its statements, the rows of the few, and what the server said. */
import { type DatabaseStep } from "../../destinations/database";
import { type Exchange } from "../../record";
import { type Line } from "../line";
import { type Attempt } from "./attempt";

/** Rows that are kept; of a larger load only their number is, as it is split until a refused row stands alone. */
const mostRows = 5;
const mostShown = 100;

export function exchangeOf(step: DatabaseStep, came: Attempt, line: Line, at: number): Exchange {
  const body = step.step === "query" ? queryText(step) : step.statements.map(statementText).join(";\n");
  const answer = answerOf(step, came);
  return {
    id: line.nextExchange(),
    at: new Date(at).toISOString(),
    request: { method: "SQL", url: line.base.href, headers: {}, body },
    ...answer,
    ms: line.clock.now() - at,
    changes: step.step === "query" ? [] : step.changes,
  };
}

function answerOf(step: DatabaseStep, came: Attempt): Pick<Exchange, "response" | "failure"> {
  switch (came.kind) {
    case "done": {
      const counts = came.results.map(({ count }) => String(count));
      const shown = came.results.flatMap(({ rows }, index) =>
        step.step === "transaction" && step.statements[index]?.shown === true ? rows.slice(0, mostShown) : [],
      );
      const lines = [
        `committed; rows of each statement: ${counts.join(", ")}`,
        ...shown.map((row) => JSON.stringify(row)),
      ];
      return { response: { headers: {}, body: lines.join("\n") } };
    }
    case "failed": {
      const { code, message, detail, where } = came.failure;
      return { failure: [`${code}: ${message}`, detail, where].filter((part) => part !== undefined).join("\n") };
    }
    case "cancelled":
      return { failure: "the run was cancelled, and the transaction rolled back" };
    case "unknown":
      return { failure: `${came.why} while the transaction was being committed` };
    default:
      return { failure: came.why };
  }
}

function queryText({ sql, parameters = [] }: DatabaseStep & { step: "query" }): string {
  return parameters.length === 0 ? sql : `${sql}\n${JSON.stringify(parameters)}`;
}

function statementText({ sql, rows }: (DatabaseStep & { step: "transaction" })["statements"][number]): string {
  if (rows === undefined) return sql;
  if (rows.length > mostRows) return `${sql} (${rows.length} rows)`;
  return [sql, ...rows.map((row) => JSON.stringify(row))].join("\n");
}
