/**
 * What a user means to change in a sync file, in the words of the mapping editor. Each becomes the smallest text edit
 * (apply-intent.ts); paths name places, so that an intent still means the same after other edits.
 */
import { type Path } from "../problem";
import { type Writable } from "../project/yaml-edit";
import { type MappingText } from "./edit";

export type Intent =
  /** Map a destination field, in place of its mapping or after the last one. */
  | { readonly intent: "map"; readonly field: string; readonly mapping: MappingText }
  | { readonly intent: "unmap"; readonly field: string }
  /** Let a mapping fill another field; the mapping itself stays as it is written. */
  | { readonly intent: "retarget"; readonly field: string; readonly to: string }
  /** Several at once, as when proposals are accepted: one undo. */
  | {
      readonly intent: "map-all";
      readonly mappings: readonly { readonly field: string; readonly mapping: MappingText }[];
    }
  /**
   * Write a setting: ["mode"], ["model", "key"], ["guards", "max_removed"], ["fields", "email", "nulls"]. With another
   * mode the settings go that only the former one has, such as on_removed; what the new one needs is a problem until set.
   */
  | ({ readonly intent: "set" } & Setting)
  /** Several at once, in this order: a mirror and its on_removed. */
  | { readonly intent: "set-all"; readonly settings: readonly Setting[] }
  /** Take a setting out, so that its default holds. */
  | { readonly intent: "reset"; readonly path: Path };

export interface Setting {
  readonly path: Path;
  readonly value: Writable;
}
