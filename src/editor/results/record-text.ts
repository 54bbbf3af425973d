/** A planned change as two JSON texts. */
import { type PlanHeader } from "../../plan/plan";
import { type Change } from "../../record";
import { type Json, toJson, type Value } from "../../value";
import { plainText } from "../../../webview/plain-text";

/** Fields in the file's order. A record that is new or goes has an empty side; a value that is not known is left out. */
export function recordText(
  change: Change,
  plan: Pick<PlanHeader, "fields">,
): { readonly before: string; readonly after: string } {
  const names = plan.fields.map(({ name }) => name).filter((name) => change.fields[name] !== undefined);
  const side = (value: (name: string) => Value | undefined): string => {
    const known = names.flatMap((name): (readonly [string, Json])[] => {
      const found = value(name);
      return found === undefined ? [] : [[name, toJson(found)]];
    });
    return `${plainText(JSON.stringify(Object.fromEntries(known), undefined, 2))}\n`;
  };
  return {
    before: change.action === "create" ? "" : side((name) => change.fields[name]?.before),
    // A removal that clears fields says what they become; any other leaves nothing.
    after: change.action === "delete" && names.length === 0 ? "" : side((name) => change.fields[name]?.after),
  };
}
