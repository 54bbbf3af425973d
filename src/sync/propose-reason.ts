/** same-name: up to case and separators; similar-name: a known synonym or a small difference; same-label: the field's label. */
export type ProposalReason = "same-name" | "similar-name" | "same-label" | "same-type" | "same-values" | "same-format";
