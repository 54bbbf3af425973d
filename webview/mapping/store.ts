/** The state the page shows, and the one way to change the document: an intent, with the words that say it was done. */
import { type Intent } from "../../src/sync/intent";
import { type MappingState } from "../mapping-protocol";
import { element, attributes } from "../dom";
import { post } from "./host";

let state: MappingState | undefined;
let done: string[] = [];
/** Intents that the document has neither taken nor refused yet, and what waits for them. */
let open = 0;
let waiting: (() => void)[] = [];

const live = attributes(element("div.unseen"), { role: "status", "aria-live": "polite" });
document.body.append(live);

/** Only after the first state, when there is something to press. */
export function current(): MappingState {
  if (state === undefined) throw new Error("no state has come yet");
  return state;
}

/** Keeps the state; what was asked for before it is now done, and said. */
export function keep(next: MappingState): void {
  const changed = state !== undefined && state.version !== next.version;
  state = next;
  if (!changed || done.length === 0) return;
  announce(done.join(" "));
  done = [];
}

export function send(intent: Intent, words: string): void {
  done.push(words);
  open += 1;
  post({ type: "intent", version: current().version, intent });
}

/** The document holds all that was done here, as far as it was not refused. */
export function isSettled(): boolean {
  return open === 0;
}

export function whenSettled(then: () => void): void {
  if (isSettled()) then();
  else waiting.push(then);
}

export function settled(): void {
  // One that an earlier page of this editor sent is none of ours.
  open = Math.max(0, open - 1);
  if (open > 0) return;
  const then = waiting;
  waiting = [];
  for (const each of then) each();
}

export function refused(reason: string): void {
  done = [];
  // What was to be undone has not happened: to undo now would take back something else.
  waiting = [];
  announce(reason);
}

/** For those who hear the page. The same words twice are said twice. */
export function announce(words: string): void {
  live.textContent = live.textContent === words ? `${words}\u00a0` : words;
}
