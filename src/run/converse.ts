/** Drives one conversation: hands the generator the answer to every step it yields. */
import { setMaxListeners } from "node:events";
import { type Conversation, type FileStep, type Response, type Step } from "../destinations/destination";
import { type ConverseOptions } from "../destinations/connection";
import { SyncFailure, throwIfAborted } from "../failure";
import { type DatabaseEdge } from "./databases/perform";
import { type Files } from "./files";
import { type Line } from "./line";
import { perform } from "./request";
import { type Slots } from "./slots";

export interface Talk {
  readonly line: Line;
  readonly files: Files;
  /** Of transport "database". */
  readonly database?: DatabaseEdge | undefined;
  /** Absent: the conversation needs no slot, as others hold theirs while they wait for it. */
  readonly slots?: Slots;
  /** read: a step that would write is a bug, and never carried out. */
  readonly mode: "read" | "write";
  readonly authorized: boolean;
}

/** Throws what `perform` throws. */
export async function converse<Result>(
  conversation: Conversation<Result>,
  talk: Talk,
  options: ConverseOptions,
): Promise<Result> {
  const { slots } = talk;
  const slot = { held: false };
  async function take(): Promise<void> {
    await slots?.take(options.signal);
    slot.held = true;
  }
  function free(): void {
    if (slot.held) slots?.free();
    slot.held = false;
  }

  // Many conversations listen to one cancel.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  await take();
  try {
    let next = conversation.next();
    while (next.done !== true) {
      const step = next.value;
      if (step.step === "pause") {
        free();
        await talk.line.clock.wait(step.ms, options.signal);
        await take();
        next = conversation.next({ kind: "done" });
      } else {
        next = conversation.next(await answer(step, talk, options));
      }
    }
    return next.value;
  } catch (error) {
    // Lets the generator's own `finally` run.
    conversation.return(undefined as Result);
    throw withoutSecrets(error, talk.line);
  } finally {
    free();
  }
}

async function answer(step: Exclude<Step, { step: "pause" }>, talk: Talk, options: ConverseOptions): Promise<Response> {
  if (talk.mode === "read" && step.step !== "checkpoint" && step.effect === "write") {
    throw new Error("a connector's reading operation yielded a write");
  }
  switch (step.step) {
    case "checkpoint":
      await options.onCheckpoint?.(step.state);
      return { kind: "done" };
    case "file":
      return file(step, talk, options);
    case "query":
    case "transaction":
      if (talk.database === undefined) throw new Error("only a destination of transport database yields statements");
      return talk.database.perform(step, options);
    case "request":
      return perform(step, talk.line, {
        signal: options.signal,
        authorized: talk.authorized,
        refused: talk.mode === "read" ? "fatal" : "thrown",
        onExchange: options.onExchange,
        onWritten: options.onWritten,
      });
  }
}

async function file(step: FileStep, { files, line }: Talk, options: ConverseOptions): Promise<Response> {
  throwIfAborted(options.signal);
  line.sent[step.effect === "read" ? "reads" : "writes"] += 1;
  const done = await files.perform(step);
  if (step.effect === "write") options.onWritten?.(step.changes);
  return done;
}

/** A connector may quote the destination, and the destination what it was sent. */
function withoutSecrets(error: unknown, { redactor }: Line): unknown {
  if (!(error instanceof SyncFailure)) return error;
  const message = redactor.text(error.message);
  return message === error.message ? error : new SyncFailure(error.code, message, error.hint);
}
