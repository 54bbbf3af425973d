/** Asks a sandbox host of another process who it is, and notices when it goes. */
import { get } from "node:http";
import { controlPath } from "./control";

/**
 * - sandbox: it says whose it is
 * - absent: nobody is there, or something else
 * - silent: somebody is there and does not answer within two seconds
 */
export type Identity =
  | { readonly kind: "sandbox"; readonly root: unknown; readonly connection: unknown }
  | { readonly kind: "absent" }
  | { readonly kind: "silent" };

export function identityAt(url: string): Promise<Identity> {
  return new Promise((resolve) => {
    const request = get(`${url}${controlPath}`, { agent: false, timeout: 2000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(identityIn(text)));
      response.on("error", () => resolve({ kind: "absent" }));
    });
    request.on("timeout", () => {
      resolve({ kind: "silent" });
      request.destroy();
    });
    request.on("error", () => resolve({ kind: "absent" }));
  });
}

export interface Watching {
  /** Resolves when the host is gone; never after `end`. */
  readonly gone: Promise<void>;
  end(): void;
}

/** Keeps a connection to the host open; it does not keep this process alive. */
export function watch(url: string): Watching {
  let ended = false;
  let request: ReturnType<typeof get> | undefined;
  const gone = new Promise<void>((resolve) => {
    const closed = (): void => {
      if (!ended) resolve();
    };
    request = get(`${url}${controlPath}watch`, { agent: false }, (response) => {
      response.resume();
      response.on("error", () => undefined);
      response.on("close", closed);
    });
    request.on("socket", (socket) => socket.unref());
    request.on("error", closed);
  });
  return {
    gone,
    end() {
      ended = true;
      request?.destroy();
    },
  };
}

function identityIn(text: string): Identity {
  try {
    const said = JSON.parse(text) as { sluice?: unknown; root?: unknown; connection?: unknown } | null;
    if (said?.sluice === "sandbox") return { kind: "sandbox", root: said.root, connection: said.connection };
  } catch {
    // Not JSON: not a sandbox.
  }
  return { kind: "absent" };
}
