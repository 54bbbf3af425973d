/** What a PostgreSQL connection needs, and how it proves itself. */
import { z } from "zod";
import { type Config, type Conversation, type Credentials } from "../destination";
import { type DatabaseAddress } from "../database";
import { addressUrl, isLoopback, rowsOf } from "../sql/steps";

export const connection = z.object({
  host: z
    .string()
    .min(1)
    .default("localhost")
    .describe("The server's name or address, or the absolute path of the folder with its socket."),
  port: z.int().min(1).max(65_535).default(5432).describe("Its port."),
  database: z.string().min(1).describe("The database to write to."),
  user: z.string().min(1).describe("The role that signs in. Give it no more rights than the tables it writes need."),
  password: z
    .string()
    .optional()
    .describe("Its password, as ${secret:PGPASSWORD}. Left out: the server trusts the connection as it comes.")
    .meta({ secret: true }),
  schema: z
    .string()
    .min(1)
    .default("public")
    .describe("Schema of the tables that are named without one; tables of others are named schema.table."),
  tls: z
    .enum(["verify", "encrypt", "off"])
    .optional()
    .describe(
      "`verify`: encrypted, and the server's certificate is checked; `encrypt`: not checked; `off`: in clear. Left out: verify, and off on this machine.",
    ),
  ca: z
    .string()
    .optional()
    .describe("Certificate authority of the server, as PEM text or ${env:…}. Left out: those that the system trusts."),
  statement_timeout: z
    .number()
    .positive()
    .max(86_400)
    .default(300)
    .describe("Longest time of one statement, in seconds; the server ends it then."),
});

type Keys = z.infer<typeof connection>;
const lenient = connection.extend({ database: z.string(), user: z.string() });

export function address(config: Config): DatabaseAddress {
  const { host, port, database, tls, ca, statement_timeout } = keysOf(config);
  return {
    ...{ host, port, database, tls: tls ?? (isLoopback(host) ? "off" : "verify") },
    ...(ca === undefined || ca === "" ? {} : { ca }),
    statementSeconds: statement_timeout,
  };
}

export function schemaOf(config: Config): string {
  return keysOf(config).schema;
}

/** Where it is, for people, and for the place that a secret is given for. */
export function baseUrl(config: Config): string {
  return addressUrl("postgresql", address(config));
}

export function* authorize(config: Config): Conversation<Credentials> {
  const { user, password } = connection.partial().parse(config);
  return { headers: {}, login: { user: user ?? "", ...(password === undefined ? {} : { password }) } };
}

/** A cluster keeps its number through restarts and in its replicas, whatever name it is reached by. */
export function* probe(config: Config): Conversation<{ readonly account: string; readonly label: string }> {
  const [[cluster, database, user] = []] = yield* rowsOf({
    sql: "select (select system_identifier::text from pg_control_system()), current_database(), current_user",
  });
  const { host, port } = address(config);
  return {
    account: `${cluster ?? `${host}:${port}`}/${database ?? ""}`,
    label: `the database ${database ?? ""} on ${host}, as ${user ?? ""}`,
  };
}

/** The keys with their defaults; checks of the file have said what is wrong with them. */
function keysOf(config: Config): Keys {
  const given = Object.entries(config).filter(([key, value]) => {
    const schema = (connection.shape as Readonly<Record<string, z.ZodType>>)[key];
    return schema !== undefined && schema.safeParse(value).success;
  });
  return lenient.parse({ database: "", user: "", ...Object.fromEntries(given) });
}
