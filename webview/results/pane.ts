/** What every tab shares: how it looks while empty, at work or failed. */
import { type Pane, type Subject, type Tab, type Work } from "../protocol";
import { type RunProgress } from "../../src/run/report";
import { button, progressRing } from "../elements";
import { plainText } from "../plain-text";
import { count, plural } from "../cells";
import { attributes, element } from "../dom";
import { post } from "./host";

/** A tab's page: drawn from its pane, told of progress in between. */
export interface Page<Result> {
  show(pane: Pane<Result>): void;
  progress(progress: RunProgress): void;
}

const workNames: Readonly<Record<Work, string>> = {
  preview: "Running the model",
  records: "Mapping rows to records",
  plan: "Planning",
  run: "Running",
  retry: "Retrying",
};

const phaseNames: Readonly<Record<RunProgress["phase"], string>> = {
  describing: "describing the model",
  staging: "reading the model",
  comparing: "comparing with what was sent",
  reading: "reading the destination",
  sending: "sending",
  committing: "writing down what was accepted",
};

export function page<Result>(options: {
  readonly tab: Tab;
  readonly root: HTMLElement;
  /** What to do to fill the tab. */
  readonly invitation: string;
  /** Draws a result; the function it gives ends what it holds. */
  draw(result: Result, subject: Subject): { readonly element: HTMLElement; dispose(): void };
}): Page<Result> {
  const { tab, root } = options;
  let dispose = (): void => undefined;
  let onProgress: (progress: RunProgress) => void = () => undefined;

  return {
    show(pane) {
      dispose();
      dispose = () => undefined;
      onProgress = () => undefined;
      switch (pane.state) {
        case "empty":
          return root.replaceChildren(element("p.invitation", options.invitation));
        case "working": {
          const working = workingView(tab, pane.work);
          onProgress = working.progress;
          if (pane.progress) onProgress(pane.progress);
          return root.replaceChildren(working.element);
        }
        case "failed":
          return root.replaceChildren(
            attributes(
              element(
                "div.failure",
                element("p.err", plainText(pane.failure.message)),
                element("p", plainText(pane.failure.hint)),
                button("Try again", "secondary", () => post({ type: "again", tab })),
              ),
              { role: "alert" },
            ),
          );
        case "ready": {
          const drawn = options.draw(pane.result, pane.subject);
          dispose = () => drawn.dispose();
          return root.replaceChildren(drawn.element);
        }
      }
    },
    progress: (progress) => onProgress(progress),
  };
}

function workingView(tab: Tab, work: Work): { element: HTMLElement; progress(progress: RunProgress): void } {
  const fill = element("div.bar-fill");
  const bar = attributes(element("div.bar-track", fill), { role: "progressbar", "aria-label": workNames[work] });
  bar.hidden = true;
  const status = attributes(element("span.dim"), { role: "status" });
  const rejected = element("span.err");
  const ring = progressRing(workNames[work]);
  let firstSent: { at: number; done: number } | undefined;
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        ring,
        bar,
        element("span", workNames[work]),
        status,
        rejected,
        element("span.stretch"),
        button("Cancel", "secondary", () => post({ type: "cancel", tab })),
      ),
    ),
    progress(progress) {
      const { phase, done, total } = progress;
      const sending = phase === "sending";
      if (sending) firstSent ??= { at: performance.now(), done };
      bar.hidden = total === undefined || total === 0;
      ring.hidden = !bar.hidden;
      if (total !== undefined && total > 0) {
        fill.style.width = `${Math.min(100, (100 * done) / total)}%`;
        attributes(bar, { "aria-valuemin": 0, "aria-valuemax": total, "aria-valuenow": done });
      }
      const parts = [
        phaseNames[phase],
        total === undefined ? count(done) : `${count(done)} of ${count(total)}`,
        ...(sending ? rate(firstSent, done) : []),
        ...(progress.requests > 0 ? [plural(progress.requests, "request"), plural(progress.retries, "retry")] : []),
        ...(progress.budget
          ? [`${count(progress.budget.remaining)} of ${count(progress.budget.of)} left in this window`]
          : []),
      ];
      status.textContent = parts.join(" · ");
      rejected.textContent = progress.rejected > 0 ? `${count(progress.rejected)} rejected` : "";
    },
  };
}

function rate(first: { at: number; done: number } | undefined, done: number): readonly string[] {
  const seconds = first === undefined ? 0 : (performance.now() - first.at) / 1000;
  if (first === undefined || seconds < 0.5) return [];
  return [`${count(Math.round((done - first.done) / seconds))} records/s`];
}
