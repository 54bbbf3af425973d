/** What all conversations of a connection share, and how one can end without an answer. */
import { type Destination } from "../destinations/destination";
import { type Patience } from "./backoff";
import { type Clock, type Log } from "./clock";
import { type CredentialKeeper } from "./credentials";
import { type Limiter } from "./limiter";
import { type Redactor } from "./redact";
import { type Sender } from "./send";

export interface Line {
  readonly destination: Destination;
  readonly base: URL;
  /** Requests go to the address that the credentials name, where they name one. */
  readonly moves: boolean;
  readonly sender: Sender;
  readonly limiter: Limiter;
  readonly credentials: CredentialKeeper;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly random: () => number;
  readonly patience: Patience;
  /** How long an answer to a write is waited for after a cancel. */
  readonly graceMs: number;
  /** Until when people know that the connection waits, in ms since the epoch. */
  readonly told: { until: number };
  readonly sent: { reads: number; writes: number; retries: number };
  nextExchange(): string;
  readonly log: Log;
}

/** The destination refused the whole request, and applied nothing of it. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
  constructor(
    readonly refusal: { readonly code: string; readonly reason: string; readonly field?: string },
    /** Of HTTP. */
    readonly status: number | undefined,
    /** The changes the request carried; undefined: it named none. */
    readonly changes: readonly number[] | undefined,
  ) {
    super("The destination refused the request");
  }
}

/** A write left, nothing tells whether it was applied, and sending it again is not harmless. */
export class UnknownOutcome extends Error {
  override readonly name = "UnknownOutcome";
  constructor(
    /** A sentence for people. */
    readonly reason: string,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** A harmless write was sent again and again and failed each time; it may have been applied. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  constructor(
    readonly reason: string,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}
