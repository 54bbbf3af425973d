/** What a model's columns hold, by one aggregate query over its first rows. */
import { type Json } from "../value";

export interface ModelFacts {
  /** Rows looked at. */
  readonly sampled: number;
  /** The model has more rows than were looked at. */
  readonly more: boolean;
  readonly columns: readonly ColumnFacts[];
}

export interface ColumnFacts {
  readonly name: string;
  /** Of the rows looked at: 0 to 1. */
  readonly nullShare: number;
  /** Different values among the rows looked at, NULL aside. */
  readonly distinct: number;
  /** Up to 5 different values, the most frequent first, in the form of a preview's cells. */
  readonly examples: readonly Json[];
}
