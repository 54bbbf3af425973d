/**
 * Entry of the build: what reads and edits texts, with every schema it brings along. The extension loads it when the
 * first text is to be read, so that activation waits for none of it.
 */
export { complete } from "./language/complete";
export { completeProject } from "./language/complete-project";
export { format } from "./language/format";
export { hover } from "./language/hover";
export { hoverProject } from "./language/hover-project";
export { around, folds, outline } from "./language/outline";
export { nothingKnown } from "./language/knowledge";
export { readableRest, subjectOf } from "./language/rest";
export { obviousEdits } from "./project/fix-all";
export { parseProject } from "./project/parse";
export { envIgnoreProblem } from "./project/secrets";
export { applyIntent } from "./sync/apply-intent";
export { parseSync } from "./sync/parse";
export { stillHolds } from "./sync/stale-intent";
export { inSteps } from "./sync/edit-steps";
export { butKeys, excludeInSql, excludeInSync } from "./sync/exclude";
export { addKey, skipNulls } from "./sync/remedies";
export { scalarValue } from "./project/yaml-scalar";
