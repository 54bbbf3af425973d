/** A project: the folder with a sluice.yaml, its connections and targets. */
import { type Path, type Problem, type Range } from "../problem";
import { type Alert } from "./alerts";

export interface ConnectionConfig {
  readonly type: string;
  /** Keys as written; strings may hold ${secret:NAME} and ${env:NAME}. */
  readonly keys: Readonly<Record<string, unknown>>;
}

export interface LedgerConfig {
  readonly store: "local" | "warehouse";
  /** false: salted hashes instead of values; no before values, no undo. */
  readonly values: boolean;
}

/** Both: whichever is reached first. Neither: for ever. */
export interface Keep {
  readonly days?: number;
  readonly count?: number;
}

/** How long .sluice keeps what runs leave behind. */
export interface Retention {
  readonly runs: Keep;
  readonly exchanges: Keep;
  readonly plans: Keep;
}

/** Where sluice.yaml says nothing. */
export const usualRetention: Retention = { runs: { days: 90 }, exchanges: { days: 30 }, plans: { days: 7 } };

export interface TargetOverrides {
  readonly warehouses: Readonly<Record<string, ConnectionConfig>>;
  readonly destinations: Readonly<Record<string, ConnectionConfig>>;
  readonly ledger?: LedgerConfig;
  readonly alerts?: readonly Alert[];
  readonly confirm: boolean;
}

export interface ProjectFile {
  readonly version: 1;
  readonly warehouses: Readonly<Record<string, ConnectionConfig>>;
  readonly destinations: Readonly<Record<string, ConnectionConfig>>;
  readonly ledger: LedgerConfig;
  /** undefined: the usual one. */
  readonly retention?: Retention;
  /** undefined: none. */
  readonly alerts?: readonly Alert[];
  readonly targets: Readonly<Record<string, TargetOverrides>>;
  readonly defaultTarget?: string;
}

/** The project as one target sees it. */
export interface ResolvedProject {
  /** Absolute path of the folder. */
  readonly root: string;
  /** "default" where the file names no targets. */
  readonly target: string;
  readonly confirm: boolean;
  readonly warehouses: Readonly<Record<string, ConnectionConfig>>;
  readonly destinations: Readonly<Record<string, ConnectionConfig>>;
  readonly ledger: LedgerConfig;
  /** undefined: the usual one. */
  readonly retention?: Retention;
  /** Those of the target, or else of the project; undefined: none. */
  readonly alerts?: readonly Alert[];
}

export interface ParsedProject {
  readonly file?: ProjectFile;
  readonly problems: readonly Problem[];
  rangeOf(path: Path, part?: "key" | "value"): Range;
  pathAt(offset: number): Path;
}

/** Answers ${secret:NAME} and ${env:NAME}. undefined: not known. */
export interface SecretSource {
  secret(
    name: string,
    place: { readonly connection: string; readonly target: string; readonly host?: string },
  ): Promise<string | undefined>;
  env(name: string): string | undefined;
}
