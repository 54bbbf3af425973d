import { bridged } from "../../support/database-bridge";
import { postgres } from "../../support/postgres";
import { type Sample } from "../sample";

/** A database of its own on a real server: `clients`, the first table, is the sample; `contacts` is the page's. */
export async function sample(test?: Mocha.Context): Promise<Partial<Sample>> {
  const { host, port, create, query } = await postgres(test);
  const database = await create();
  await query(
    database,
    `create table clients (email text primary key, name text, age integer check (age >= 0), ltv numeric, active boolean,
      born date, seen timestamptz, at timestamp, tags jsonb, labels text[], code uuid, bytes bytea, ratio real, plan varchar(20));
      create table contacts (id integer generated always as identity primary key, email text not null unique, first_name text, plan text)`,
  );
  const config = { host, port, database, user: "postgres", password: "secret-password" };
  return { config: await bridged("postgresql", config, ["delete from clients"]), bad: { age: -1 } };
}
