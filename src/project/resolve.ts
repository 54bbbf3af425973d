/** A project as one target sees it. */
import { SyncFailure } from "../failure";
import { closest, didYouMean, listed } from "./closest";
import { type ProjectFile, type ResolvedProject } from "./project";

/** The target of a project without targets, and of one that names no default. */
export const baseTarget = "default";

/**
 * Resolve the project for `target`, or for its default. A target's connection replaces the one of the same name whole:
 * nothing of another account or another type is inherited. Throws SyncFailure "unknown-target".
 */
export function resolveProject(file: ProjectFile, root: string, target?: string): ResolvedProject {
  const name = target ?? file.defaultTarget ?? baseTarget;
  const overrides = Object.hasOwn(file.targets, name) ? file.targets[name] : undefined;
  if (overrides === undefined && name !== baseTarget) throw unknownTarget(name, Object.keys(file.targets));
  const alerts = overrides?.alerts ?? file.alerts;
  return {
    root,
    target: name,
    confirm: overrides?.confirm ?? false,
    warehouses: { ...file.warehouses, ...overrides?.warehouses },
    destinations: { ...file.destinations, ...overrides?.destinations },
    ledger: overrides?.ledger ?? file.ledger,
    ...(file.retention === undefined ? {} : { retention: file.retention }),
    ...(alerts === undefined ? {} : { alerts }),
  };
}

function unknownTarget(name: string, known: readonly string[]): SyncFailure {
  const hint =
    known.length === 0
      ? "sluice.yaml names no targets: leave out --target, or add one."
      : `The targets are ${listed(known)}.`;
  return new SyncFailure("unknown-target", `There is no target "${name}".${didYouMean(closest(name, known))}`, hint);
}
