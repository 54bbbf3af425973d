/** One line of progress on a terminal's stderr; nothing where nobody watches. */
import { type RunProgress } from "../run/report";
import { count } from "./paint";

export interface ProgressLine {
  show(progress: RunProgress): void;
  clear(): void;
}

const labels: Readonly<Record<RunProgress["phase"], string>> = {
  describing: "Describing the model",
  staging: "Running the model",
  comparing: "Comparing with the ledger",
  reading: "Reading the destination",
  sending: "Sending",
  committing: "Writing the ledger",
  verifying: "Reading back what was written",
};

export function progressLine(
  stream: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown },
  name: string,
): ProgressLine {
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  return {
    show: (progress) => void stream.write(`\r\u001b[2K${line(progress, name).slice(0, (stream.columns || 80) - 1)}`),
    clear: () => void stream.write("\r\u001b[2K"),
  };
}

function line(progress: RunProgress, name: string): string {
  const { done, total, rejected, requests, retries, budgets = [] } = progress;
  const [tightest] = budgets;
  const amount =
    total === undefined ? (done > 0 ? count(done) : "") : `${bar(done, total)} ${count(done)} of ${count(total)}`;
  return [
    `${name}: ${labels[progress.phase]}`,
    amount,
    rejected > 0 ? `${count(rejected)} rejected` : "",
    requests > 0 ? `${count(requests)} requests` : "",
    retries > 0 ? `${count(retries)} retries` : "",
    tightest === undefined ? "" : `${tightest.remaining} of ${tightest.of} left`,
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function bar(done: number, total: number): string {
  const width = 20;
  const filled = total === 0 ? width : Math.round((Math.min(done, total) / total) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
