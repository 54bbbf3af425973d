/** An intent made for an earlier text: may it still be carried out on today's? */
import { type Path } from "../problem";
import { placesOf } from "../project/yaml-places";
import { readYaml } from "../project/yaml-text";
import { type Intent } from "./intent";

/** What the intent would change reads as its maker saw it, so that nobody's change is overwritten unseen. */
export function stillHolds(intent: Intent, before: string, now: string): boolean {
  const [then, today] = [placesOf(readYaml(before)), placesOf(readYaml(now))];
  return placesTouched(intent).every((path) => then.sourceAt(path) === today.sourceAt(path));
}

function placesTouched(intent: Intent): readonly Path[] {
  switch (intent.intent) {
    case "map":
    case "unmap":
      return [["fields", intent.field]];
    case "retarget":
      return [
        ["fields", intent.field],
        ["fields", intent.to],
      ];
    case "map-all":
      return intent.mappings.map(({ field }) => ["fields", field]);
    case "set-all":
      return intent.settings.map(({ path }) => path);
    case "set":
    case "reset":
      return [intent.path];
  }
}
