/**
 * `npm run docs`: writes docs/destinations/, a page for each destination, from nothing but its declaration. What people must be
 * told is the connector's own `documentation`; settings, objects, fields and limits are what it declares. Objects of a service
 * that describes itself are those of its sandbox.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { connectionKinds } from "../../src/calls/connection-kinds";
import { type SettingSummary } from "../../src/calls/calls";
import {
  type Config,
  type Destination,
  type DeliverContext,
  type FieldSchema,
  type ObjectSchema,
} from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";
import { type SyncDefinition } from "../../src/sync/definition";
import { parseSync } from "../../src/sync/parse";
import { deliverContext, drive, inMemory, sandboxed } from "./drive";

export const pagesFolder = path.join(__dirname, "../../docs/destinations");

/** Every page, by its file's name. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  const made = destinations.map(async (one) => [`${one.type}.md`, await pageOf(one)] as const);
  return new Map(await Promise.all(made));
}

/** The working sync file of a destination's documentation, and what it says. */
export function exampleOf({ type, documentation }: Destination): {
  readonly text: string;
  readonly definition: SyncDefinition;
} {
  const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(documentation) ?? [];
  const { definition } = parseSync(text, { name: "example" });
  if (definition === undefined) throw new Error(`The documentation of ${type} has no sync file that can be read.`);
  return { text, definition };
}

async function pageOf(destination: Destination): Promise<string> {
  const options = destination.options.parse(exampleOf(destination).definition.destination.options) as Config;
  const objects = described(destination, options);
  const known = connectionKinds().find((one) => one.kind === "destination" && one.type === destination.type);
  const page = [
    `# ${destination.label}`,
    `<!-- Made by \`npm run docs\` from the connector's declaration in src/destinations/${destination.type}/: change it there. -->`,
    destination.documentation,
    "## Connection settings",
    "Keys of the connection in `sluice.yaml`, beside `type: " + destination.type + "`.",
    settings([...(known?.settings ?? []), ...common(destination)]),
    ...(known === undefined || known.options.length === 0
      ? []
      : [
          "## Sync options",
          "Keys of `destination:` in a sync file, beside `connection`, `object` and `match`.",
          settings(known.options),
        ]),
    "## Records and fields",
    ...(destination.selfDescribing === undefined && destination.sandbox !== undefined
      ? [
          "As the sandbox has them. `sluice describe` fetches those of your account into `schema/<connection>.json`, which completion and checks read.",
        ]
      : []),
    ...objects.flatMap((object) => objectPart(object, destination, options)),
    "## Rate limits",
    limits(destination),
  ];
  return format(page.join("\n\n"), { parser: "markdown", printWidth: 120 });
}

function described(destination: Destination, options: Config): readonly ObjectSchema[] {
  const sandbox = destination.sandbox?.();
  if (destination.transport === "database") {
    return drive(destination.describe({}), () => ({ kind: "rows", results: [] })).result;
  }
  if (destination.selfDescribing !== undefined || sandbox === undefined) {
    return drive(destination.describe({}, options), inMemory(new Map())).result;
  }
  const config = { sandbox: true };
  const { headers } = drive(destination.authorize(config), sandboxed(sandbox)).result;
  return drive(destination.describe(config), sandboxed(sandbox, headers)).result;
}

/** Keys that every connection of its kind has. */
function common({ sandbox, transport }: Destination): readonly SettingSummary[] {
  const optional = { required: false, secret: false } as const;
  return [
    ...(transport === "http"
      ? [
          {
            ...optional,
            name: "base_url",
            form: "text" as const,
            description: "Another address: a proxy, or a server of your own.",
          },
        ]
      : []),
    ...(sandbox === undefined
      ? []
      : [
          {
            ...optional,
            name: "sandbox",
            form: "flag" as const,
            description: "`true`: the bundled simulator instead of the service. It needs no credentials.",
          },
        ]),
  ];
}

function settings(list: readonly SettingSummary[]): string {
  const distinct = list.filter(({ name }, index) => list.findIndex((one) => one.name === name) === index);
  if (distinct.length === 0) return "None.";
  return table(
    ["Key", "", "What it is"],
    distinct.map(({ name, required, secret, description, choices, preset }) => [
      `\`${name}\``,
      [...(required ? ["required"] : []), ...(secret ? ["secret"] : [])].join(", "),
      [
        description,
        ...(choices === undefined ? [] : [`One of ${choices.map((one) => `\`${one}\``).join(", ")}.`]),
        ...(preset === undefined ? [] : [`Default: \`${preset}\`.`]),
      ].join(" "),
    ]),
  );
}

function objectPart(object: ObjectSchema, destination: Destination, options: Config): readonly string[] {
  const { name, label, description, open, fields } = object;
  return [
    `### ${code(name)}${label === undefined ? "" : `: ${label}`}`,
    ...(description === undefined ? [] : [description]),
    factsOf(object, destination, options)
      .map(([what, says]) => `- **${what}**: ${says}`)
      .join("\n"),
    ...(open === true ? [fields.length === 0 ? "It takes any fields." : "It takes any other fields too."] : []),
    ...(fields.length === 0 ? [] : [table(["Field", "Type", "What it is"], fields.map(fieldRow))]),
  ];
}

function factsOf(
  object: ObjectSchema,
  destination: Destination,
  options: Config,
): readonly (readonly [string, string])[] {
  const { modes, removals, match, open, readable, fields } = object;
  const unique = fields.filter((field) => field.unique === true).map((field) => code(field.name));
  const found = unique.length > 0 ? unique.join(", ") : open === true && match !== "none" ? "any field" : undefined;
  if (modes.length === 0) {
    return [
      ["Modes", "none: its records can only be looked up"],
      ...(found === undefined ? [] : [["Found by", found] as const]),
    ];
  }
  const needed = match === "required" ? ", given as `match`" : match === "optional" ? ", or without `match`" : "";
  return [
    ["Modes", modes.map(code).join(", ")],
    ...(modes.includes("mirror") ? [["`on_removed`", removals.map(code).join(", ")] as const] : []),
    ...(found === undefined ? [] : [["Found by", `${found}${needed}`] as const]),
    ["Can be read back", readable ? "yes" : "no"],
    ["Records in one batch", batchOf(object, destination, options).toLocaleString("en")],
  ];
}

function batchOf(object: ObjectSchema, destination: Destination, options: Config): number {
  const match = object.fields.find(({ unique }) => unique === true)?.name;
  const mode = object.modes.includes("upsert") ? "upsert" : (object.modes[0] ?? "upsert");
  const context: DeliverContext = deliverContext(
    destination,
    { object: object.name, options, fields: object.fields, mode, ...(match === undefined ? {} : { match }) },
    [object],
  );
  return destination.batching(context).size;
}

function fieldRow(field: FieldSchema): readonly string[] {
  const { name, type, label, description, native, required, readOnly, unique, maxLength, options, references } = field;
  const words = [
    ...(description === undefined ? (label === undefined || label === name ? [] : [label]) : [description]),
    ...(options === undefined || options.length === 0 ? [] : [someOf(options.map(({ value }) => value))]),
    ...(references === undefined ? [] : [`The id of a record of ${code(references)}.`]),
    ...(maxLength === undefined ? [] : [`At most ${maxLength.toLocaleString("en")} characters.`]),
  ];
  const marks = [
    ...(required === true ? ["required"] : []),
    ...(unique === true ? ["unique"] : []),
    ...(readOnly === true ? ["read-only"] : []),
  ];
  const kind = native === undefined || native === type ? type : `${type} (${native})`;
  return [code(name), [kind, ...marks].join(", "), words.map(sentence).join(" ")];
}

function someOf(values: readonly string[]): string {
  const [shown, rest] = [values.slice(0, 8).map(code), values.length - 8];
  return `One of ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
}

function sentence(text: string): string {
  return /[.!?)`]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

function limits(destination: Destination): string {
  const buckets = destination.limits({});
  if (buckets.length === 0) {
    return destination.transport === "http"
      ? "None are declared: the engine goes by the service's own 429 answers and their `Retry-After`."
      : "There are none.";
  }
  return [
    "Kept for all runs that share an account; what answers say of them corrects these figures, and a 429 is waited for.",
    table(
      ["Requests", "", "For"],
      buckets.map(({ name, requests, perMs, each, reads }) => [
        requests.toLocaleString("en"),
        perMs === 1000
          ? "a second"
          : perMs === 86_400_000
            ? "a day"
            : `in ${(perMs / 1000).toLocaleString("en")} seconds`,
        [code(name), ...(each === true ? ["each"] : []), ...(reads === true ? ["reads only"] : [])].join(", "),
      ]),
    ),
  ].join("\n\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

async function write(): Promise<void> {
  const made = await pages();
  mkdirSync(pagesFolder, { recursive: true });
  for (const name of readdirSync(pagesFolder)) if (!made.has(name)) rmSync(path.join(pagesFolder, name));
  for (const [name, text] of made) writeFileSync(path.join(pagesFolder, name), text);
}

if (require.main === module) void write();
