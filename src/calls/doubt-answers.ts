/** Records in doubt, and what somebody says of them: what the calls about them take and give. */
import { type Doubt } from "../ledger/ledger";
import { type RecordKey } from "../record";

/** applied: the destination has what was sent. resend: it has not, and the next plan sends the record again. */
export type DoubtVerdict = "applied" | "resend";

/** `run`: an id, its beginning, or last. */
export interface DoubtAsk {
  readonly run: string;
  readonly offset?: number;
  readonly limit?: number;
}

export interface Doubts {
  /** The whole id. */
  readonly run: string;
  readonly sync: string;
  /** Path of the sync file, relative to the project. */
  readonly file: string;
  readonly target: string;
  /** Records of the run that nobody has settled yet; `records` is a page of them. */
  readonly total: number;
  readonly records: readonly Doubt[];
}

export interface SettleAsk {
  readonly run: string;
  readonly how: DoubtVerdict;
  /** Only these; absent: all that the run left in doubt. */
  readonly keys?: readonly RecordKey[];
}

export interface Settled {
  readonly run: string;
  readonly sync: string;
  readonly file: string;
  readonly target: string;
  readonly how: DoubtVerdict;
  readonly keys: readonly RecordKey[];
  /** Records of the run that are still in doubt. */
  readonly left: number;
}
