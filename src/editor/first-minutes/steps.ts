/** Questions one after the other, with a way back to the one before. */
import { type Answer, type Ask, back, type Choice, type Question, type TextQuestion } from "./ask";

type Asked<Of extends Question> = Omit<Of, "step" | "steps" | "canGoBack">;

/** What a step asks with: where it stands, and whether there is a way back, is known. */
export interface Asking {
  one<Value>(question: Asked<Question>, choices: readonly Choice<Value>[]): Promise<Answer<Value>>;
  several<Value>(question: Asked<Question>, choices: readonly Choice<Value>[]): Promise<Answer<readonly Value[]>>;
  text(question: Asked<TextQuestion>): Promise<Answer<string>>;
}

/** Gives what is known after it. A step that asks nothing is passed over on the way back. */
export type Step<State> = (state: State, asking: Asking) => Promise<Answer<State>>;

/** undefined: the user left. */
export async function walk<State>(ask: Ask, begin: State, steps: readonly Step<State>[]): Promise<State | undefined> {
  const asked: { readonly at: number; readonly state: State }[] = [];
  let state = begin;
  for (let at = 0; at < steps.length;) {
    const before = { at, state };
    let questions = 0;
    const place = () => {
      questions++;
      return { step: before.at + 1, steps: steps.length, canGoBack: asked.length > 0 };
    };
    const next = await steps[at]?.(state, {
      one: (question, choices) => ask.one({ ...question, ...place() }, choices),
      several: (question, choices) => ask.several({ ...question, ...place() }, choices),
      text: (question) => ask.text({ ...question, ...place() }),
    });
    if (next === undefined) return undefined;
    if (next === back) {
      const last = asked.pop();
      if (last === undefined) return undefined;
      ({ at, state } = last);
      continue;
    }
    if (questions > 0) asked.push(before);
    state = next;
    at++;
  }
  return state;
}
