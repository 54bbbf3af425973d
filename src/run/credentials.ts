/** The credentials of one connection: fetched on first use, renewed once for all conversations. */
import { type Credentials } from "../destinations/destination";
import { type Clock, unlessAborted } from "./clock";

export interface CredentialKeeper {
  current(signal?: AbortSignal): Promise<Credentials>;
  /** After the destination refused `stale`. Who comes second gets what the first one's renewal brings. */
  renew(stale: Credentials, signal?: AbortSignal): Promise<Credentials>;
}

/** `authorize` runs to its end even if who asked for it goes away: others may be waiting for it. */
export function keepCredentials(authorize: () => Promise<Credentials>, clock: Clock): CredentialKeeper {
  let held: { readonly credentials: Credentials; readonly until: number } | undefined;
  let coming: Promise<Credentials> | undefined;

  async function fetch(): Promise<Credentials> {
    const credentials = await authorize();
    held = { credentials, until: clock.now() + usableMs(credentials.expiresIn) };
    return credentials;
  }
  function fetchOnce(): Promise<Credentials> {
    coming ??= fetch().finally(() => {
      coming = undefined;
    });
    return coming;
  }

  return {
    async current(signal) {
      if (held !== undefined && clock.now() < held.until) return held.credentials;
      return unlessAborted(fetchOnce(), signal);
    },
    async renew(stale, signal) {
      if (held !== undefined && held.credentials !== stale && coming === undefined) return held.credentials;
      return unlessAborted(fetchOnce(), signal);
    },
  };
}

/** A little less than the vendor grants, so that no request carries credentials that expire on the way. */
function usableMs(expiresIn: number | undefined): number {
  if (expiresIn === undefined) return Infinity;
  return Math.max(0, expiresIn * 1000 - Math.min(60_000, expiresIn * 100));
}
