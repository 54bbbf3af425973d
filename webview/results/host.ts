/** The extension host as the webview sees it. */
import { type Asks, type FromWebview, type Tab, type ToWebview } from "../protocol";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
let lastId = 0;

export function post(message: FromWebview): void {
  api.postMessage(message);
}

/** Rejects with a sentence for people. */
export function ask<Name extends keyof Asks>(name: Name, question: Asks[Name]["ask"]): Promise<Asks[Name]["answer"]> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    open.set(id, { resolve: resolve as (answer: unknown) => void, reject });
    // The compiler cannot see that a name and its own question make one of the asks.
    post({ type: "ask", id, ask: { name, ...question } } as FromWebview);
  });
}

/** Calls back with every message that is not an answer, and says that the page is ready for them. */
export function listen(onMessage: (message: ToWebview) => void): void {
  window.addEventListener("message", (event: MessageEvent<ToWebview>) => {
    const message = event.data;
    if (message.type === "answer") open.get(message.id)?.resolve(message.answer);
    else if (message.type === "refusal") open.get(message.id)?.reject(new Error(message.message));
    else return onMessage(message);
    open.delete(message.id);
  });
  post({ type: "ready" });
}

/** What the page remembers while it is hidden: ids and choices, never data. */
export interface Remembered {
  readonly tab?: Tab;
  readonly group?: number;
}
export const remembered = (): Remembered => (api.getState() as Remembered | undefined) ?? {};
export const remember = (change: Remembered): void => api.setState({ ...remembered(), ...change });
