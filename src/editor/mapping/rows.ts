/**
 * What is known of the model's rows: facts of its columns and one row mapped. Reading rows may cost money, so that it
 * follows a click, or happens where the setting and the warehouse allow it.
 */
import { type MappedRow, type ModelFacts, type Place, type SyncSource } from "../../calls/calls";
import { type Failure } from "../../calls/calls";
import { type ParsedSync } from "../../sync/definition";
import { failureOf } from "../failures";
import { type Services } from "../services";

export type Sample = MappedRow | { readonly failure: Failure };

/** Of one model and one text; another may still show what does not depend on what differs. */
interface Known {
  readonly model: string;
  readonly facts?: ModelFacts;
  readonly text?: string;
  readonly sample?: Sample;
}

export class ModelRows {
  private known: Known = { model: "" };
  private row = 0;
  /** The user asked to look, and has not been answered. */
  private isAsked = false;

  constructor(private readonly calls: Services["calls"]) {}

  facts(of: Pick<Ask, "place" | "parsed">): ModelFacts | undefined {
    return this.known.model === modelOf(of) ? this.known.facts : undefined;
  }

  /** Of an edited text the row's cells remain; what the mappings made of them is not known any more. */
  sample(of: Ask): Sample | undefined {
    const { sample, text, model } = this.known;
    if (sample === undefined || model !== modelOf(of)) return undefined;
    return text === of.source.text || "failure" in sample ? sample : { ...sample, fields: {} };
  }

  /** The next look is the user's wish. */
  wish(row: number | "same"): void {
    if (row !== "same") this.row = Math.max(0, Math.trunc(row));
    this.isAsked = true;
  }

  /** The model's own file or the warehouse may have changed. */
  forget(): void {
    this.known = { model: "" };
  }

  /** Reads what is missing, if it may. Throws Cancelled alone; a failure is what there is to show. */
  async look(ask: Ask, mayReadUnasked: boolean): Promise<void> {
    if (ask.parsed.model === undefined || (!mayReadUnasked && !this.isAsked)) return;
    const model = modelOf(ask);
    if (this.known.model !== model) this.known = { model };
    const isNew = this.isAsked || this.known.text !== ask.source.text;
    try {
      if (this.known.facts === undefined) {
        const facts = await this.calls.facts(ask.place, ask.source, ask.signal);
        this.known = { ...this.known, facts };
        ask.onProgress();
      }
      if (isNew && ask.parsed.definition !== undefined) {
        const { row } = this;
        const sample = await this.calls.mappedRow(ask.place, ask.source, { row }, ask.signal);
        this.known = { ...this.known, sample, ...(ask.source.text !== undefined && { text: ask.source.text }) };
      }
      this.isAsked = false;
    } catch (error) {
      if (ask.signal.aborted) throw error;
      this.isAsked = false;
      this.known = { ...this.known, sample: { failure: failureOf(error) } };
    }
  }
}

export interface Ask {
  readonly place: Place;
  readonly source: SyncSource;
  readonly parsed: ParsedSync;
  readonly signal: AbortSignal;
  /** Some of it is known now. */
  onProgress(): void;
}

function modelOf({ place, parsed }: Pick<Ask, "place" | "parsed">): string {
  return JSON.stringify([place.root, place.target ?? null, parsed.model ?? null]);
}
