/** What a plan says beside its changes: how it was made, what it costs, what its guards say, and whether it still holds. */
import { t } from "../text";
import { type Freshness } from "../../src/calls/calls";
import { type FirstRun, type GuardResult, type PlanHeader } from "../../src/plan/plan";
import { count, requestCount, keyCount } from "../cells";
import { attributes, element } from "../dom";
import { plainText } from "../plain-text";
import { quietButton } from "../quiet";
import { post } from "./host";
import { seconds } from "./work-view";

/** One line of facts. */
export function factsOf(header: PlanHeader, now: number): HTMLElement {
  const { counts, estimate, readBack } = header;
  const rest = [
    t("{0} unchanged", count(counts.unchanged)),
    ...(counts.held > 0 ? [t("{0} held", count(counts.held))] : []),
    ...(counts.skipped > 0 ? [t("{0} skipped", count(counts.skipped))] : []),
  ];
  const cost = t("{0}, about {1}", requestCount(estimate.requests), seconds(Math.ceil(estimate.seconds)));
  const changes = counts.create + counts.update + counts.delete;
  return element(
    "div.facts",
    fact(rest.join(" · ")),
    fact(cost, t("What carrying out the plan takes at the destination's own limits")),
    readBack > 0
      ? fact(t("before values read back from the destination ({0})", count(readBack)))
      : changes === 0
        ? undefined
        : fact(t("before values are what was last sent"), t("Nothing was read from the destination for this plan")),
    readBack >= changes || changes === 0 || header.revert !== undefined
      ? undefined
      : quietButton(t("Read back from the destination"), () => again(header, "all"), {
          title: t("Plan again and read every changed record's present values, to see what someone else changed"),
        }),
    ...header.guards.map(guardFact),
    header.firstRun === undefined ? undefined : fact(firstRunText(header.firstRun)),
    header.only === undefined ? undefined : fact(t("only {0}", keyCount(header.only))),
    quietButton(t("digest {0}", header.digest.slice(0, 8)), () => post({ type: "copy", text: header.digest }), {
      title: t("Copy the plan's digest"),
    }),
    fact(ageText(now - Date.parse(header.createdAt)), new Date(header.createdAt).toLocaleString()),
  );
}

/** Why the plan may not be run, with the way out; undefined: it may. */
export function obstacleOf(header: PlanHeader, freshness: Freshness): string | undefined {
  switch (freshness.stale) {
    case "definition":
      return t("Stale: the sync, its model or its target has changed since this plan was made.");
    case "ledger":
      return t("Stale: a run has changed what was last sent since this plan was made.");
    case "expired":
      return t("Stale: the plan is more than 24 hours old.");
    case "gone":
      return t("The plan's changes are no longer kept.");
    case undefined:
      break;
  }
  const tripped = header.guards.find((guard) => guard.tripped);
  if (tripped !== undefined) {
    return t(
      "The guard {0} ({1}) would stop this run: the plan has {2}.",
      tripped.name,
      tripped.limit,
      count(tripped.value),
    );
  }
  const { create, update, delete: removed } = header.counts;
  // A plan without changes may still say what is held from now on.
  const says = header.firstRun === "baseline" || (header.revert?.holds ?? 0) > 0;
  return create + update + removed === 0 && !says ? t("There is nothing to send.") : undefined;
}

export function again(header: PlanHeader, readBack?: "all"): void {
  post({ type: "plan-again", plan: header.id, ...(readBack && { readBack }) });
}

export function noticesOf(header: PlanHeader): readonly HTMLElement[] {
  return header.notices.map((notice) => element("p.warn", plainText(notice.message)));
}

function guardFact({ name, limit, value, tripped }: GuardResult): HTMLElement {
  const made = fact(
    `${tripped ? "■" : "✓"} ${name} ${count(value)} / ${limit}`,
    tripped ? t("This guard would stop the run") : t("This guard holds: the plan's value, and the limit"),
  );
  made.classList.add(tripped ? "err" : "ok");
  return made;
}

function firstRunText(decision: FirstRun): string {
  switch (decision) {
    case "send":
      return t("first run: send everything");
    case "adopt":
      return t("first run: adopt what is there");
    case "baseline":
      return t("first run: today's rows count as sent");
  }
}

export function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return t("made just now");
  if (minutes < 60) return t("made {0} min ago", minutes);
  return t("made {0} h ago", Math.floor(minutes / 60));
}

function fact(text: string, title?: string): HTMLElement {
  return attributes(element("span.fact", text), title === undefined ? {} : { title });
}
