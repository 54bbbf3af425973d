/** What a warehouse said of a query, for as long as a person types: the same text is not described again and again. */

/** Milliseconds an answer is good for: the warehouse's tables change too. */
const kept = 30_000;
const most = 200;

export interface Descriptions {
  /** Answers from what was said of the same question lately; else asks. What is thrown is not kept. */
  remembered<Answer>(question: readonly unknown[], ask: () => Promise<Answer>): Promise<Answer>;
}

export function keepDescriptions(now: () => number): Descriptions {
  const said = new Map<string, { readonly at: number; readonly answer: unknown }>();
  return {
    async remembered<Answer>(question: readonly unknown[], ask: () => Promise<Answer>) {
      const key = JSON.stringify(question);
      const before = said.get(key);
      if (before !== undefined && now() - before.at < kept) return before.answer as Answer;
      const answer = await ask();
      said.delete(key);
      said.set(key, { at: now(), answer });
      for (const oldest of [...said.keys()].slice(0, -most)) said.delete(oldest);
      return answer;
    },
  };
}

/** Remembers nothing: for whoever acts on the answer. */
export const askAlways: Descriptions = { remembered: (_, ask) => ask() };
