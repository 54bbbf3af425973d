/** Why a whole run stopped. The operator must act: credentials, network, a lock, a disk. */
export class SyncFailure extends Error {
  override readonly name = "SyncFailure";

  /**
   * @param code stable, kebab-case, for programs
   * @param message what happened, one sentence without secrets
   * @param hint what to do, one sentence
   */
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown where an AbortSignal ended the work. The caller that aborted expects it. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor(options?: ErrorOptions) {
    super("Cancelled", options);
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Cancelled();
}
