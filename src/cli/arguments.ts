/** Words and flags of the command line, as values. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type DoubtVerdict } from "../calls/doubt-answers";
import { keyFromJson } from "../plan/keys";
import { type Limit } from "../sync/definition";
import { limitOf } from "../sync/parse";
import { guardsSchema } from "../sync/schema";
import { type Json } from "../value";
import { ledgerActions, type LedgerWord } from "./ledger";
import { type RetryArguments } from "./retry";

/** The flags that plan and run share. */
export const planned = (made: Command): Command =>
  made
    .option("--read-back [all]", "compare with what the destination holds; all: every record, none: not at all")
    .option("--only <keys...>", "plan these keys only")
    .option("--limit <n>", "at most so many changes", positive)
    .addOption(
      new Option("--first-run <decision>", "what to do where nothing was synced before").choices([
        "send",
        "adopt",
        "baseline",
      ]),
    );

export interface PlanFlags {
  readBack?: string | true;
  only?: string[];
  limit?: number;
  firstRun?: "send" | "adopt" | "baseline";
}
export const planOptions = ({ readBack, only, limit, firstRun }: PlanFlags) => ({
  ...(readBack === undefined
    ? {}
    : {
        readBack:
          readBack === "all" ? ("all" as const) : readBack === "none" ? ("none" as const) : ("default" as const),
      }),
  ...(only === undefined ? {} : { only: only.flatMap(keysOf) }),
  ...(limit === undefined ? {} : { limit }),
  ...(firstRun === undefined ? {} : { firstRun }),
});

export interface RetryFlags {
  inDoubt?: DoubtVerdict;
  only?: string[];
  yes?: boolean;
}
export const retryOf = (run: string, { inDoubt, only, yes }: RetryFlags): RetryArguments => ({
  run,
  ...(inDoubt === undefined ? {} : { inDoubt }),
  ...(only === undefined ? {} : { keys: only.flatMap(keysOf) }),
  yes: yes === true,
});

/** A composite key is a JSON array; of plain ones several may stand in a word, parted by commas. */
export function keysOf(word: string): readonly string[] {
  if (!word.startsWith("[")) return word.split(",");
  try {
    const key = keyFromJson(JSON.parse(word) as Json);
    return key === undefined ? [] : [key];
  } catch {
    return [word];
  }
}

export function ledgerAction(word: string): LedgerWord {
  const action = ledgerActions.find((one) => one === word);
  if (action === undefined) throw new InvalidArgumentError(`It is one of ${ledgerActions.join(", ")}.`);
  return action;
}

/** A guard's limit as a sync file has it: 100, or 5%. */
export function limitArgument(text: string): Limit {
  const written = /^\d+$/.test(text.trim()) ? Number(text) : text;
  const checked = guardsSchema.shape.max_removed.safeParse(written);
  const limit = checked.success ? limitOf(checked.data) : undefined;
  if (limit === undefined) throw new InvalidArgumentError("It takes a whole number of records, or a share like 5%.");
  return limit;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It takes a whole number from 1.");
  return value;
}

/** 30d, or 30; 0 is everything. */
export function days(text: string): number {
  const [, number] = /^(\d{1,5})d?$/.exec(text.trim()) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It takes a number of days: 30d.");
  return Number(number);
}
