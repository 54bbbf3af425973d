/** The extension host as a webview sees it: messages both ways, questions with their answers, what the page remembers. */
import { type Answering } from "./protocol";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** Each question's name, with what is asked and what is answered. */
type Questions = Readonly<Record<string, { readonly ask: object; readonly answer: unknown }>>;

export interface Host<Asks, From, To extends { readonly type: string }, Remembered extends object> {
  post(message: From): void;
  /** Rejects with a sentence for people. */
  ask<Name extends keyof Asks>(
    name: Name,
    question: Asks[Name] extends { readonly ask: infer Ask } ? Ask : never,
  ): Promise<Asks[Name] extends { readonly answer: infer Answer } ? Answer : never>;
  /** Calls back with every message that is not an answer, and says that the page is ready for them. */
  listen(onMessage: (message: Exclude<To, Answering>) => void): void;
  /** What the page remembers while it is hidden: ids and choices, never data. */
  remembered(): Partial<Remembered>;
  remember(change: Partial<Remembered>): void;
}

/** To be called once a page, by the host.ts of each webview. */
export function connectHost<
  Asks extends { readonly [Name in keyof Asks]: Questions[string] },
  From,
  To extends { readonly type: string },
  Remembered extends object,
>(): Host<Asks, From, To, Remembered> {
  const api = acquireVsCodeApi();
  const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  const remembered = (): Partial<Remembered> => (api.getState() as Partial<Remembered> | undefined) ?? {};
  return {
    post: (message) => api.postMessage(message),
    ask(name, question) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        open.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        api.postMessage({ type: "ask", id, ask: { name, ...(question as object) } });
      });
    },
    listen(onMessage) {
      window.addEventListener("message", (event: MessageEvent<To | Answering>) => {
        const message = event.data;
        if (!isAnswering(message)) return onMessage(message as Exclude<To, Answering>);
        if (message.type === "answer") open.get(message.id)?.resolve(message.answer);
        else open.get(message.id)?.reject(new Error(message.message));
        open.delete(message.id);
      });
      api.postMessage({ type: "ready" });
    },
    remembered,
    remember: (change) => api.setState({ ...remembered(), ...change }),
  };
}

function isAnswering(message: { readonly type: string }): message is Answering {
  return message.type === "answer" || message.type === "refusal";
}
