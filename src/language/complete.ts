/** Completion of a sync file: what may stand where the cursor is, from the schema and from what is known of the project. */
import { readYaml } from "../project/yaml-text";
import { keysFor } from "./complete-keys";
import { skeletons } from "./complete-skeletons";
import { insideText, valuesFor } from "./complete-values";
import { type Cursor, cursorAt } from "./cursor";
import { type CompletionItem, itemsAt } from "./items";
import { type Knowledge } from "./knowledge";
import { recordOf } from "./plain";
import { readableRest } from "./rest";

/** What a completion looks at. */
export interface Completing {
  readonly text: string;
  readonly cursor: Cursor;
  readonly offset: number;
  readonly knowledge: Knowledge;
  /** The rest of the file, as far as it reads. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Never throws, whatever the text. */
export function complete(text: string, offset: number, knowledge: Knowledge): readonly CompletionItem[] {
  const cursor = cursorAt(text, offset);
  if (cursor.at === "comment") return [];
  const completing: Completing = {
    text,
    cursor,
    offset,
    knowledge,
    data: recordOf(readYaml(readableRest(text, offset)).data) ?? {},
  };
  const inside = insideText(completing);
  if (inside !== undefined) return itemsAt(cursor, inside);
  if (cursor.at === "block") return [];
  const parts = cursor.at === "key" ? [...skeletons(completing), ...keysFor(completing)] : valuesFor(completing);
  return itemsAt(cursor, parts);
}
