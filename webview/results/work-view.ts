/** A tab at work: how far it is, how fast, what is left of the destination's limits, and what a cancel does. */
import { t } from "../text";
import { type Budget, type RunProgress } from "../../src/run/report";
import { count, requestCount, retryCount } from "../cells";
import { attributes, element } from "../dom";
import { button, progressRing } from "../elements";
import { plainText } from "../plain-text";
import { type Tab, type Work } from "../protocol";
import { post } from "./host";
import { noPace, rateOf, restOf, sparkline, throughput, withSample } from "./pace";

export interface WorkView {
  readonly element: HTMLElement;
  progress(progress: RunProgress): void;
  dispose(): void;
}

export function workView(tab: Tab, work: Work): WorkView {
  const name = workName(work);
  const fill = element("div.bar-fill");
  const bar = attributes(element("div.bar-track", fill), { role: "progressbar", "aria-label": name });
  bar.hidden = true;
  const ring = progressRing(name);
  const status = attributes(element("span.dim"), { role: "status" });
  const rejected = element("span.err");
  const clock = element("span.dim");
  const line = spark();
  const budgets = element("div.budgets");
  const advice = element("p.invitation");
  const started = performance.now();
  let pace = noPace;
  let latest: RunProgress | undefined;

  const tick = (): void => {
    const rest = latest?.phase === "sending" ? restOf(pace, latest) : undefined;
    clock.textContent = [
      seconds((performance.now() - started) / 1000),
      ...(rest === undefined ? [] : [t("about {0} left", seconds(rest))]),
    ].join(" · ");
  };
  const timer = setInterval(tick, 1000);
  tick();
  const cancel = button(t("Cancel"), "secondary", () => {
    cancel.setAttribute("disabled", "");
    advice.textContent = writes(work)
      ? t(
          "Cancelling: nothing more is sent. What is on its way is waited for and written down, so that nothing is lost.",
        )
      : t("Cancelling…");
    post({ type: "cancel", tab });
  });
  cancel.title = writes(work)
    ? t("Sends nothing more; what is on its way is waited for and written down")
    : t("Stops the query at the warehouse too");

  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        ring,
        bar,
        element("span", name),
        status,
        rejected,
        clock,
        line.element,
        element("span.stretch"),
        cancel,
      ),
      budgets,
      advice,
    ),
    progress(progress) {
      latest = progress;
      const { phase, done, total } = progress;
      if (phase === "sending") {
        pace = withSample(pace, { at: performance.now(), done });
        line.show(throughput(pace));
      }
      bar.hidden = total === undefined || total === 0;
      ring.hidden = !bar.hidden;
      if (total !== undefined && total > 0) {
        fill.style.width = `${Math.min(100, (100 * done) / total)}%`;
        attributes(bar, { "aria-valuemin": 0, "aria-valuemax": total, "aria-valuenow": done });
      }
      const rate = phase === "sending" ? rateOf(pace) : undefined;
      status.textContent = [
        phaseName(phase),
        total === undefined ? count(done) : t("{0} of {1}", count(done), count(total)),
        ...(rate === undefined ? [] : [t("{0} records/s", count(Math.round(rate)))]),
        ...(progress.requests > 0 ? [requestCount(progress.requests), retryCount(progress.retries)] : []),
      ].join(" · ");
      rejected.textContent = progress.rejected > 0 ? t("{0} rejected", count(progress.rejected)) : "";
      budgets.replaceChildren(...(progress.budgets ?? []).map(budgetView));
      tick();
    },
    dispose: () => clearInterval(timer),
  };
}

/** What a bucket of the destination's limits has left in its window. */
function budgetView({ bucket, remaining, of }: Budget): HTMLElement {
  const label = t("{0}: {1} of {2} requests left", plainText(bucket), count(remaining), count(of));
  const fill = element("div.bar-fill");
  fill.style.width = `${of <= 0 ? 0 : Math.min(100, (100 * remaining) / of)}%`;
  const bar = attributes(element("div.bar-track.small", fill), {
    role: "meter",
    "aria-label": label,
    "aria-valuemin": 0,
    "aria-valuemax": of,
    "aria-valuenow": remaining,
  });
  return element("div.budget", bar, element("span.dim", label));
}

function spark(): { readonly element: SVGSVGElement; show(values: readonly number[]): void } {
  const space = "http://www.w3.org/2000/svg";
  const [width, height] = [90, 16];
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "polyline");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  // The rate beside it says the same in words.
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return { element: svg, show: (values) => line.setAttribute("points", sparkline(values, width, height)) };
}

export function seconds(value: number): string {
  const whole = Math.round(value);
  if (whole < 60) return t("{0} s", whole);
  if (whole < 3600) return t("{0} min {1} s", Math.floor(whole / 60), whole % 60);
  return t("{0} h {1} min", Math.floor(whole / 3600), Math.round((whole % 3600) / 60));
}

function writes(work: Work): boolean {
  return work === "run" || work === "retry";
}

function workName(work: Work): string {
  switch (work) {
    case "preview":
      return t("Running the model");
    case "records":
      return t("Mapping rows to records");
    case "plan":
      return t("Planning");
    case "run":
      return t("Running");
    case "retry":
      return t("Retrying");
    case "verify":
      return t("Verifying");
  }
}

function phaseName(phase: RunProgress["phase"]): string {
  switch (phase) {
    case "describing":
      return t("describing the model");
    case "staging":
      return t("reading the model");
    case "comparing":
      return t("comparing with what was sent");
    case "reading":
      return t("reading the destination");
    case "sending":
      return t("sending");
    case "committing":
      return t("writing down what was accepted");
    case "verifying":
      return t("reading back what was written");
  }
}
