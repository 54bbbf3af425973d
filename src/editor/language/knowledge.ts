/**
 * What completion and hover know of the world around a document: asked of the engine when the model or the destination
 * changed, kept until then. Where the workspace is not trusted nothing is known, and the static part still works.
 */
import * as vscode from "vscode";
import { type Calls, type ProjectOverview } from "../../calls/calls";
import { type Knowledge } from "../../language/knowledge";
import { mayReadUnasked } from "../automatic";
import { inProject } from "../files";
import { type Overviews } from "../overviews";
import { parsers } from "../parser";
import { type Projects } from "../projects";

/** Milliseconds that a person is made to wait for what is not known yet. */
const patience = 1500;

interface Kept {
  /** What the answer depends on. */
  readonly subject: string;
  readonly answer: Promise<Around>;
}
type Around = Pick<Knowledge, "columns" | "objects">;

export interface Known {
  readonly knowledge: Knowledge;
  /** false: more will be known in a moment. */
  readonly whole: boolean;
}

export class Knowledges {
  private readonly kept = new Map<string, Kept>();
  /** The last that was known, while what is typed cannot be described. */
  private readonly last = new Map<string, Around>();
  private readonly facts = new Map<string, { readonly subject: string; found?: Knowledge["facts"] }>();

  constructor(
    private readonly calls: Calls,
    private readonly projects: Projects,
    private readonly overviews: Overviews,
  ) {}

  /** Something outside of the documents changed. */
  refresh(): void {
    this.kept.clear();
    this.facts.clear();
  }

  forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    for (const map of [this.kept, this.last, this.facts]) map.delete(key);
  }

  /** `offset`: where something is being written, which the rest is read without. */
  async of(document: vscode.TextDocument, offset?: number): Promise<Known> {
    const { nothingKnown, readableRest, subjectOf } = await parsers();
    const root = this.projects.rootOf(document.uri);
    if (root === undefined || !vscode.workspace.isTrusted) return { knowledge: nothingKnown, whole: true };
    const text = readableRest(document.getText(), offset);
    const subject = subjectOf(text);
    const [overview, around] = await Promise.all([
      soon(this.overviews.get(root)),
      soon(this.around(document, { root, text, subject: subject.all })),
    ]);
    const key = document.uri.toString();
    const before = this.last.get(key);
    const known: Around = { ...before, ...around };
    this.last.set(key, known);
    if (overview !== undefined) this.lookAt(document, { root, text, overview, ...subject });
    const facts = this.facts.get(key)?.found;
    return {
      knowledge: {
        ...known,
        ...(facts === undefined ? {} : { facts }),
        connections: overview?.connections ?? [],
        syncs: overview?.syncs ?? [],
      },
      whole: overview !== undefined && around !== undefined,
    };
  }

  private around(
    document: vscode.TextDocument,
    { root, text, subject }: { readonly root: string; readonly text: string; readonly subject: string },
  ): Promise<Around> {
    const key = document.uri.toString();
    const present = this.kept.get(key);
    if (present?.subject === subject) return present.answer;
    const place = this.projects.place(root);
    const answer = this.calls.surroundings(place, { file: inProject(root, document.uri.fsPath), text });
    const kept = { subject, answer };
    this.kept.set(key, kept);
    answer.catch(() => {
      if (this.kept.get(key) === kept) this.kept.delete(key);
    });
    return answer;
  }

  /** Has the rows of the model looked at where that costs nothing; the next completion knows what they hold. */
  private lookAt(
    document: vscode.TextDocument,
    ask: {
      readonly root: string;
      readonly text: string;
      readonly overview: ProjectOverview;
      readonly model: string;
      readonly warehouse?: string;
    },
  ): void {
    const key = document.uri.toString();
    if (this.facts.get(key)?.subject === ask.model || !mayReadUnasked(document.uri, ask.overview, ask.warehouse))
      return;
    const entry: { readonly subject: string; found?: Knowledge["facts"] } = { subject: ask.model };
    this.facts.set(key, entry);
    const source = { file: inProject(ask.root, document.uri.fsPath), text: ask.text };
    this.calls.facts(this.projects.place(ask.root), source).then(
      ({ columns }) => {
        entry.found = columns;
      },
      // Nobody asked: what cannot be looked at now is left out of the completions.
      () => undefined,
    );
  }
}

/** undefined: it takes longer than a person is made to wait, or cannot be had. */
async function soon<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    return await Promise.race([answer.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
