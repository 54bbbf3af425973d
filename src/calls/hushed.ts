/** A warehouse that tells no secret: what it says of a file, a host or a user may hold what its connection was given. */
import { SyncFailure } from "../failure";
import { createRedactor } from "../run/redact";
import { QueryProblem, type Warehouse } from "../warehouses/warehouse";

export async function openHushed(secrets: readonly string[], open: () => Promise<Warehouse>): Promise<Warehouse> {
  if (secrets.length === 0) return open();
  const { text } = createRedactor(secrets);
  const hush = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw without(error, text);
    }
  };
  const warehouse = await hush(open);
  return {
    dialect: warehouse.dialect,
    describe: (...given) => hush(() => warehouse.describe(...given)),
    query: (...given) => hush(() => warehouse.query(...given)),
    stage: (...given) => hush(() => warehouse.stage(...given)),
    spool: (...given) => hush(() => warehouse.spool(...given)),
    tables: (...given) => hush(() => warehouse.tables(...given)),
    probe: (...given) => hush(async () => ({ account: text((await warehouse.probe(...given)).account) })),
    close: () => hush(() => warehouse.close()),
  };
}

function without(error: unknown, text: (given: string) => string): unknown {
  if (error instanceof SyncFailure) return new SyncFailure(error.code, text(error.message), text(error.hint));
  if (error instanceof QueryProblem) return new QueryProblem(text(error.message), error.position, error.candidates);
  if (error instanceof Error) error.message = text(error.message);
  return error;
}
