/** What is said of the keys and the connections of sluice.yaml, as plain lines. */
import { type ConnectionTypes, registered } from "../project/connection-types";
import { readYaml } from "../project/yaml-text";
import { isSecret } from "../project/zod-walk";
import { kindAt, projectKeysAt, typeAt, withoutTarget } from "./complete-project";
import { cursorAt, unquoted } from "./cursor";
import { type Hover } from "./hover";
import { recordOf } from "./plain";

/** Never throws, whatever the text. undefined: there is nothing to say. */
export function hoverProject(text: string, offset: number, types: ConnectionTypes = registered): Hover | undefined {
  const cursor = cursorAt(text, offset);
  const { path, range } = cursor;
  const word = unquoted(text.slice(range.start, range.end));
  if (word === "" || cursor.at === "comment" || cursor.at === "block") return undefined;
  const data = recordOf(readYaml(text).data) ?? {};
  const lines = cursor.at === "key" ? ofKey() : ofValue();
  return lines.length === 0 ? undefined : { range, lines };

  function ofKey(): readonly string[] {
    const below = withoutTarget(path);
    const kind = kindAt(path);
    if (kind !== undefined && below.length === 1) {
      const type = typeAt(data, [...path, word], types);
      return type === undefined ? [] : [`A connection to ${type.label} (${type.type})`];
    }
    const schema = projectKeysAt(data, path, types).get(word);
    if (schema === undefined) return [];
    const secret = isSecret(schema) ? ["A secret: write ${secret:NAME}, never the value itself."] : [];
    return [...(schema.description === undefined ? [] : [schema.description]), ...secret];
  }

  function ofValue(): readonly string[] {
    const kind = kindAt(path);
    if (kind === undefined || path.at(-1) !== "type") return [];
    const type = types[kind].find((each) => each.type === word);
    return type === undefined ? [] : [`${type.label}: keys ${Object.keys(type.connection.shape).join(", ")}`];
  }
}
