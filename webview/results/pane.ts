/** What every tab shares: how it looks while empty, at work or failed. */
import { t } from "../text";
import { type Pane, type Subject, type Tab } from "../protocol";
import { type RunProgress } from "../../src/run/report";
import { button } from "../elements";
import { plainText } from "../plain-text";
import { attributes, element } from "../dom";
import { post } from "./host";
import { workView } from "./work-view";

/** A tab's page: drawn from its pane, told of progress in between. */
export interface Page<Result> {
  /** `active`: the sync that is being edited, which an empty tab offers to work. */
  show(pane: Pane<Result>, active?: string): void;
  progress(progress: RunProgress): void;
}

/** A result on screen; `dispose` ends what it holds. */
export interface Drawn<Result> {
  readonly element: HTMLElement;
  dispose(): void;
  /** Shows more of the same result in place. false: it is another one. */
  update?(result: Result): boolean;
}

export function page<Result>(options: {
  readonly tab: Tab;
  readonly root: HTMLElement;
  /** What to do to fill the tab. */
  readonly invitation: string;
  /** Draws a result; the function it gives ends what it holds. `id`: by which the result is asked about. */
  draw(result: Result, subject: Subject, id: string): Drawn<Result>;
}): Page<Result> {
  const { tab, root } = options;
  let dispose = (): void => undefined;
  let drawn: Drawn<Result> | undefined;
  let onProgress: (progress: RunProgress) => void = () => undefined;

  return {
    show(pane, active) {
      if (pane.state === "ready" && drawn?.update?.(pane.result) === true) return;
      dispose();
      drawn = undefined;
      dispose = () => undefined;
      onProgress = () => undefined;
      switch (pane.state) {
        case "empty":
          return root.replaceChildren(emptyView(tab, options.invitation, active));
        case "working": {
          const working = workView(tab, pane.work);
          onProgress = working.progress;
          dispose = () => working.dispose();
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
                button(t("Try again"), "secondary", () => post({ type: "again", tab })),
              ),
              { role: "alert" },
            ),
          );
        case "ready": {
          drawn = options.draw(pane.result, pane.subject, pane.id);
          dispose = drawn.dispose;
          return root.replaceChildren(drawn.element);
        }
      }
    },
    progress: (progress) => onProgress(progress),
  };
}

function emptyView(tab: Tab, invitation: string, active: string | undefined): HTMLElement {
  const begin = active === undefined ? undefined : beginText(tab, plainText(active));
  return element(
    "div.welcome",
    element("p", invitation),
    begin === undefined ? undefined : button(begin, "primary", () => post({ type: "begin", tab })),
  );
}

function beginText(tab: Tab, sync: string): string {
  switch (tab) {
    case "rows":
      return t("Preview {0}", sync);
    case "records":
      return t("Show records of {0}", sync);
    case "plan":
      return t("Dry run {0}", sync);
    case "run":
      return t("Run {0}", sync);
  }
}
