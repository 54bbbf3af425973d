/**
 * Secrets in the editor: each is kept for one project folder, target, connection and name, and bound to the host it
 * was approved for. A repository that points the connection elsewhere does not get it: it has to be approved again.
 */
import { type SecretAsk } from "../../calls/wire";

/** The part of vscode.SecretStorage that is needed. */
export interface SecretShelf {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

export type SecretPlace = Pick<SecretAsk, "root" | "name" | "connection" | "target">;

interface Kept {
  readonly value: string;
  /** "": the service's own address. */
  readonly host: string;
}

export type Answer =
  | { readonly answer: "given"; readonly value: string }
  | { readonly answer: "unknown" }
  /** It is kept, but for another host. */
  | { readonly answer: "withheld"; readonly approvedFor: string };

export interface Vault {
  ask(ask: SecretAsk): Promise<Answer>;
  /** Binds a secret that is kept to the host of this question, which the user was shown. */
  approve(ask: SecretAsk): Promise<void>;
  /** Keeps the secret for this host; "": the service's own address. */
  keep(place: SecretPlace, value: string, host: string): Promise<void>;
  /** The host that was last asked for; "": the service's own address. */
  hostOf(place: SecretPlace): string;
  forget(place: SecretPlace): Promise<void>;
}

export function openVault(shelf: SecretShelf): Vault {
  const lastAsked = new Map<string, string>();
  const hostOf = (place: SecretPlace): string => lastAsked.get(keyOf(place)) ?? "";
  return {
    hostOf,
    async ask(ask) {
      const key = keyOf(ask);
      const host = ask.host ?? "";
      lastAsked.set(key, host);
      const text = await shelf.get(key);
      if (text === undefined) return { answer: "unknown" };
      const kept = JSON.parse(text) as Kept;
      return kept.host === host
        ? { answer: "given", value: kept.value }
        : { answer: "withheld", approvedFor: kept.host };
    },
    async approve(ask) {
      const text = await shelf.get(keyOf(ask));
      if (text === undefined) return;
      const kept: Kept = { ...(JSON.parse(text) as Kept), host: ask.host ?? "" };
      await shelf.store(keyOf(ask), JSON.stringify(kept));
    },
    async keep(place, value, host) {
      const kept: Kept = { value, host };
      await shelf.store(keyOf(place), JSON.stringify(kept));
    },
    async forget(place) {
      await shelf.delete(keyOf(place));
    },
  };
}

function keyOf({ root, target, connection, name }: SecretPlace): string {
  return `sluice:${JSON.stringify([root, target, connection, name])}`;
}
