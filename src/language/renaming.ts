/** What a new name changes, and the proof that it changes nothing else. */
import { applyEdits } from "../project/yaml-edit";
import { type Spot } from "./navigation";
import { type ProjectText } from "./subject";
import { indexSync } from "./sync-index";

export interface FileEdit extends Spot {
  readonly text: string;
}

export type Renaming =
  | {
      readonly edits: readonly FileEdit[];
      /** What stays under the old name: to be confirmed. */
      readonly notes: readonly Note[];
      /** A model whose columns change: the warehouse can tell whether only this one does. */
      readonly column?: RenamedColumn;
    }
  | { readonly refused: Refusal };

export interface RenamedColumn {
  /** A sync of the model. */
  readonly sync: string;
  readonly from: string;
  readonly to: string;
  readonly before: string;
  readonly after: string;
  /** false: a star brings more columns than the text names, so only the warehouse can tell. */
  readonly complete: boolean;
}

/** key-column, connection-kept, sync-ledger: what the one who renames must know. `names`: of the syncs or connection. */
export interface Note {
  readonly note: "key-column" | "connection-kept" | "sync-ledger";
  readonly names: readonly string[];
}

/** Sentences for the author. */
export type Refusal = string;

/** Every edited sync names as many things after as before, each where it was: nothing was misread by YAML. */
export async function verified(
  project: ProjectText,
  renaming: Extract<Renaming, { edits: readonly FileEdit[] }>,
): Promise<Renaming> {
  for (const sync of project.syncs) {
    const edits = renaming.edits.filter(({ file }) => file === sync.file);
    if (edits.length === 0) continue;
    const after = indexSync(sync.file, applyEdits((await project.read(sync.file)) ?? "", edits));
    const shape = ({ uses, writes, after: names, alerts, connection, warehouse, source }: typeof after): string =>
      JSON.stringify([
        uses.map(({ path, as, certain }) => [path, as, certain]),
        writes.map(({ name }) => name),
        [names.length, alerts.length, connection === undefined, warehouse === undefined, source?.kind],
      ]);
    if (shape(after) !== shape(sync)) {
      return { refused: `${sync.file} could not be edited with certainty. Rename it there by hand.` };
    }
  }
  return renaming;
}
