/** Proposals for a file, made anew only when something they are made from has changed, and without what was dismissed. */
import type * as vscode from "vscode";
import { type SyncContext } from "../../calls/calls";
import { type SyncDefinition } from "../../sync/definition";
import { type ModelFacts } from "../../sync/facts";
import { type Proposal, propose } from "../../sync/propose";

export class Proposals {
  private made: { readonly from: readonly unknown[]; readonly proposals: readonly Proposal[] } | undefined;

  constructor(
    private readonly memory: vscode.Memento,
    private readonly uri: vscode.Uri,
  ) {}

  of(
    definition: SyncDefinition | undefined,
    context: SyncContext | undefined,
    facts: ModelFacts | undefined,
  ): readonly Proposal[] {
    const { columns, object } = context ?? {};
    if (definition === undefined || columns === undefined || object === undefined) return [];
    const mapped = definition.fields;
    const { key } = definition.model;
    const dismissed = this.dismissed();
    const from = [columns, object, facts, JSON.stringify([mapped, key, dismissed])];
    if (this.made?.from.every((each, index) => each === from[index]) !== true)
      this.made = { from, proposals: propose({ columns, facts, object, mapped, dismissed, key }) };
    return this.made.proposals;
  }

  /** Not to be proposed again for this file. */
  async dismiss(field: string): Promise<void> {
    await this.memory.update(this.memoryKey, [...new Set([...this.dismissed(), field])]);
  }

  private get memoryKey(): string {
    return `sluice.dismissed:${this.uri.toString()}`;
  }

  private dismissed(): readonly string[] {
    return this.memory.get<readonly string[]>(this.memoryKey) ?? [];
  }
}
