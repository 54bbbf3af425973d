/** What reads and edits texts, loaded when the first is to be read: it brings every schema along, which activation need not wait for. */
import type { applyIntent } from "../sync/apply-intent";
import type { parseSync } from "../sync/parse";
import type { stillHolds } from "../sync/stale-intent";
import type { parseProject } from "../project/parse";

export interface Parsers {
  readonly parseSync: typeof parseSync;
  readonly parseProject: typeof parseProject;
  readonly applyIntent: typeof applyIntent;
  readonly stillHolds: typeof stillHolds;
}

let loaded: Promise<Parsers> | undefined;

export function parsers(): Promise<Parsers> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Parsers> {
  const [sync, project, apply, stale] = await Promise.all([
    import("../sync/parse"),
    import("../project/parse"),
    import("../sync/apply-intent"),
    import("../sync/stale-intent"),
  ]);
  return {
    parseSync: sync.parseSync,
    parseProject: project.parseProject,
    applyIntent: apply.applyIntent,
    stillHolds: stale.stillHolds,
  };
}
