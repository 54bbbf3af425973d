/** What an author writes: the connection's keys in sluice.yaml and the extra keys of `destination:` in a sync file. */
import { z } from "zod";
import { type Config } from "../destination";
import { placeholders } from "../template";

const secret = (description: string): z.ZodString => z.string().min(1).meta({ secret: true, description });

export const connection = z.object({
  headers: z.record(z.string(), z.string()).optional().meta({
    secret: true,
    description: "Headers sent with every request, such as an API key: ${secret:NAME} as value.",
  }),
  auth: z
    .union([
      z.strictObject({ bearer: secret("Token sent as `Authorization: Bearer`.") }),
      z.strictObject({
        user: z.string().min(1).describe("User name of basic authentication."),
        password: secret("Password of basic authentication."),
      }),
    ])
    .optional()
    .meta({
      secret: true,
      description: "`{ bearer: … }` or `{ user: …, password: … }`. Left out: no Authorization header.",
    }),
  rate_limit: z
    .strictObject({
      requests: z.int().positive().describe("Requests allowed in that time."),
      per_seconds: z.number().positive().describe("Length of the window in seconds."),
    })
    .optional()
    .describe("How many requests the endpoint takes. Left out: no limit but its own 429 answers."),
  probe_path: z
    .string()
    .startsWith("/")
    .optional()
    .describe("Path asked with GET to prove that the credentials work. Left out: nothing is asked."),
});

const template = z
  .string()
  .startsWith("/", "A path starts with a slash; the host belongs to the connection's base_url.")
  .refine((path) => !hasRepeatedName(path), "Each name may stand once in the query.");
const body = z.union([z.literal("fields"), z.record(z.string(), z.unknown())]);
const reach = z.string().describe("A JSON pointer (/ok) or a dotted path (result.ok) into the answer.");

export const options = z.object({
  method: z.enum(["POST", "PUT", "PATCH"]).default("POST").describe("Method of the request that sends a record."),
  path: template.describe(
    "Path below base_url. `{{ field }}`, `{{ key }}` and `{{ remote_id }}` stand for the record's values, percent-encoded.",
  ),
  body: body
    .default("fields")
    .describe(
      "`fields`: the mapped fields as a JSON object. Or a JSON template: a string that is exactly `{{ field }}` becomes the typed value.",
    ),
  batch: z
    .strictObject({
      size: z.int().min(1).max(10_000).describe("Records in one request."),
      wrap: z.string().min(1).optional().describe("Name of the member that holds the records; left out: a bare array."),
    })
    .optional()
    .describe("Send several records in one request. Left out: one request a record."),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "This cannot be the name of a header."),
      z.string().regex(/^[\t\x20-\x7e]*$/),
    )
    .refine(
      (headers) => !Object.keys(headers).some((name) => /^(authorization|cookie|host|content-length)$/i.test(name)),
      "Credentials belong to the connection in sluice.yaml, and the engine sets host and length.",
    )
    .optional()
    .describe("Headers of every request of this sync. Credentials belong to the connection."),
  success: z
    .union([
      z.array(z.int().min(200).max(499)).min(1),
      z.strictObject({
        path: reach,
        equals: z
          .union([z.string(), z.number(), z.boolean(), z.null()])
          .describe("What stands there when the request was taken."),
      }),
    ])
    .optional()
    .describe("Statuses that mean success, or `{ path, equals }` where the body tells. Left out: every 2xx."),
  errors: z
    .strictObject({
      path: reach,
      index: z.string().optional().describe("Where an error names the record's position in the batch, from 0."),
      id: z.string().optional().describe("Where an error names the record: its match, key or remote id."),
      message: z.string().optional().describe("Where an error says why. Left out: `message`, `detail` or `error`."),
      code: z.string().optional().describe("Where an error has a code."),
      field: z.string().optional().describe("Where an error names the field."),
    })
    .refine(
      (errors) => errors.index === undefined || errors.id === undefined,
      "Name records by index or by id, not both.",
    )
    .optional()
    .describe("Where an answer lists the records it refused, so that the others of the batch are not held up."),
  on_update: z
    .strictObject({
      method: z
        .enum(["POST", "PUT", "PATCH"])
        .default("PATCH")
        .describe("Method of the request that changes a record."),
      path: template.describe("Its path."),
      body: body.default("fields").describe("Its body, as above."),
    })
    .optional()
    .describe("The request for records sent before. Left out: the same as for new ones."),
  on_delete: z
    .strictObject({
      method: z
        .enum(["DELETE", "POST", "PUT", "PATCH"])
        .default("DELETE")
        .describe("Method of the request that removes a record."),
      path: template.describe("Its path."),
      body: z.record(z.string(), z.unknown()).optional().describe("Its body, a JSON template. Left out: none."),
    })
    .optional()
    .describe("The request that removes a record; it makes `mode: mirror` possible."),
  remote_id: z
    .string()
    .optional()
    .describe(
      "Where the answer to a single record holds the endpoint's own id, for `{{ remote_id }}` in later requests.",
    ),
  repeatable: z
    .boolean()
    .optional()
    .describe(
      "Does sending a request twice leave the same as once? Left out: yes for PUT and DELETE, no for POST and PATCH.",
    ),
  idempotency_header: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
    .optional()
    .describe("Header by which the endpoint recognises a repeated request, such as Idempotency-Key."),
});
export type HttpOptions = z.infer<typeof options>;

/** The options, with defaults. Unreadable ones (the author's problem, shown elsewhere) count as the plainest request. */
export function readOptions(config: Config | undefined): HttpOptions {
  const parsed = options.safeParse(config ?? {});
  return parsed.success ? parsed.data : options.parse({ path: "/" });
}

/** Placeholders of every template, with paths below `destination:`. */
export function placeholdersOf(read: HttpOptions) {
  const { path, body, on_update, on_delete } = read;
  return placeholders({ path, body, on_update, on_delete });
}

function hasRepeatedName(path: string): boolean {
  const names = path
    .slice(path.indexOf("?") + 1)
    .split("&")
    .map((pair) => pair.split("=")[0]);
  return path.includes("?") && new Set(names).size < names.length;
}
