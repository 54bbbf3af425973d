/** Which column might fill which field, with the reasons: nothing is mapped until the user accepts it. */
import { type MappingText } from "./edit";

export interface Proposal {
  /** The destination's field. */
  readonly field: string;
  readonly column: string;
  /** What accepting it writes. */
  readonly mapping: MappingText;
  readonly reasons: readonly ProposalReason[];
  /** 0 to 1; the list is ordered by it, best first. */
  readonly score: number;
}

/** same-name: up to case and separators; similar-name: a known synonym or a small difference; same-label: the field's label. */
export type ProposalReason = "same-name" | "similar-name" | "same-label" | "same-type" | "same-values" | "same-format";
