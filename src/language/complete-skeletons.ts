/** Whole sync files to begin with. */
import { type Completing } from "./complete";
import { type ItemParts } from "./items";

/** For a file that has nothing in it yet. */
export function skeletons({ cursor, data, knowledge }: Completing): readonly ItemParts[] {
  if (cursor.path.length > 0 || Object.keys(data).length > 0 || cursor.flow) return [];
  const destinations = knowledge.connections.filter(({ kind }) => kind === "destination").map(({ name }) => name);
  const connection = choice(3, destinations, "hubspot");
  const model = "model:\n  sql: |\n    ${1:select id, email from customers}\n  key: ${2:id}\n";
  const destination = `destination:\n  connection: ${connection}\n  object: \${4:contacts}\n`;
  const sync = (mode: string) =>
    `${model}${destination}  match: \${5:email}\n${mode}fields:\n  \${6:email}: \${7:email}\n$0`;
  return [
    {
      label: "sync",
      kind: "snippet",
      rank: 0,
      description: "create and update records",
      insert: sync("mode: upsert\n"),
      documentation: ["A whole sync: the rows of a SELECT become records, created or updated."],
      words: ["upsert model"],
    },
    {
      label: "sync that mirrors",
      kind: "snippet",
      rank: 0,
      description: "and remove what left the model",
      insert: sync("mode: mirror\non_removed: ${8|keep,archive,delete,clear|}\nguards:\n  max_removed: 5%\n"),
      documentation: [
        "A whole sync that also removes records whose rows are gone, with a guard against removing many.",
      ],
      words: ["mirror"],
    },
    {
      label: "sync that appends",
      kind: "snippet",
      rank: 0,
      description: "send rows as messages or events",
      insert: `${model}${destination}mode: append\nfields:\n  \${5:text}: \${6:email}\n$0`,
      documentation: ["A whole sync that sends each new row once."],
      words: ["append message event"],
    },
  ];
}

function choice(place: number, names: readonly string[], otherwise: string): string {
  const safe = names.filter((name) => /^[\w.-]+$/.test(name));
  if (safe.length > 1) return `\${${place}|${safe.join(",")}|}`;
  return `\${${place}:${safe[0] ?? otherwise}}`;
}
