/**
 * same-name: up to case and separators; similar-name: a known synonym or a small difference; same-label: the field's
 * label; key: the column identifies the model's rows, the field the destination's records.
 */
export type ProposalReason =
  "same-name" | "similar-name" | "same-label" | "key" | "same-type" | "same-values" | "same-format";
