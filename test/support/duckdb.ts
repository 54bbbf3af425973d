/** DuckDB asked without Sluice, to know independently what a model gives. */
import { spawn } from "node:child_process";
import { once } from "node:events";
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

/** Another process that has the file open for writing, after this statement, until `release`: a dbt run, say. */
export async function heldByWriter(file: string, statement: string): Promise<{ release(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", writer, file, statement], {
    cwd: __dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return {
    async release() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

const writer = `
const { DuckDBInstance } = require("@duckdb/node-api");
const [file, statement] = process.argv.slice(1);
void (async () => {
  const connection = await (await DuckDBInstance.create(file)).connect();
  await connection.run(statement);
  console.log("held");
  process.stdin.resume().on("end", () => process.exit());
})();
`;

type Run = <Row>(sql: string) => Promise<readonly Row[]>;

async function withDatabase<Result>(file: string, work: (run: Run) => Promise<Result>): Promise<Result> {
  const instance = await DuckDBInstance.create(file, { threads: "2" });
  const connection = await instance.connect();
  try {
    return await work(async <Row>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[]);
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}
