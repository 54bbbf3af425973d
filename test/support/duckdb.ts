/** DuckDB asked without Sluice, to know independently what a model gives. */
import { DuckDBInstance } from "@duckdb/node-api";

/** Rows as JSON objects: numbers up to 32 bits and doubles are numbers, everything else is text. */
export async function query<Row = Record<string, unknown>>(sql: string, file = ":memory:"): Promise<readonly Row[]> {
  return withDatabase(file, async (run) => run<Row>(sql));
}

/** Makes or changes a database file. */
export async function execute(file: string, ...statements: readonly string[]): Promise<void> {
  await withDatabase(file, async (run) => {
    for (const statement of statements) await run(statement);
  });
}

type Run = <Row>(sql: string) => Promise<readonly Row[]>;

/** Holds the file open while `work` goes on. */
export async function withDatabase<Result>(file: string, work: (run: Run) => Promise<Result>): Promise<Result> {
  const instance = await DuckDBInstance.create(file, { threads: "2" });
  const connection = await instance.connect();
  try {
    return await work(async <Row>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[]);
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}
