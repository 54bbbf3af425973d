/** Mappings that Sluice proposes, each with its reasons: nothing is mapped until it is accepted. */
import { type Proposal } from "../../src/sync/propose";
import { attributes, element } from "../dom";
import { icon } from "../icons";
import { keyedList, type Part } from "../keyed";
import { type MappingState } from "../mapping-protocol";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { accept, dismiss } from "./actions";
import { textButton } from "./controls";
import { alsoWords, reasonWords } from "./reason-words";
import { current } from "./store";

interface Shown {
  readonly proposal: Proposal;
  readonly label: string;
  /** What to call the other fields that the column would suit. */
  readonly also: readonly string[];
}

export function proposalsView(): {
  readonly element: HTMLElement;
  readonly open: boolean;
  toggle(): void;
  update(state: MappingState): void;
} {
  const list = attributes(element("ul.proposal-list"), { "aria-label": t("Proposed mappings") });
  const title = element("span.proposals-title");
  const all = textButton(t("Accept all"), "secondary", () => accept(current().proposals));
  const made = attributes(element("div.proposals", element("div.proposals-head", icon("spark"), title, all), list), {
    role: "region",
    "aria-label": t("Auto-map"),
    id: "proposals",
  });
  const items = keyedList<Shown>(list, { key: ({ proposal }) => proposal.field, create: proposalPart });
  let isOpen = true;
  let some = false;

  return {
    element: made,
    get open() {
      return isOpen && some;
    },
    toggle() {
      isOpen = !isOpen;
      made.hidden = !isOpen || !some;
      if (!made.hidden) list.querySelector<HTMLElement>("button")?.focus();
    },
    update(state) {
      const labels = new Map(state.object?.fields.map(({ name, label }) => [name, label]));
      const focused = list.contains(document.activeElement);
      const at = [...list.children].findIndex((each) => each.contains(document.activeElement));
      items.update(
        state.proposals.map((proposal) => {
          const [label = proposal.field, ...also] = [proposal.field, ...(proposal.also ?? [])].map(
            (field) => labels.get(field) ?? field,
          );
          return { proposal, label, also };
        }),
      );
      some = state.proposals.length > 0;
      made.hidden = !isOpen || !some;
      title.textContent =
        state.proposals.length === 1
          ? t("1 proposed mapping")
          : t("{0} proposed mappings", String(state.proposals.length));
      all.hidden = state.proposals.length < 2;
      // What was accepted is gone: its neighbour is next.
      if (focused && !list.contains(document.activeElement))
        list.children[Math.min(at, list.children.length - 1)]?.querySelector<HTMLElement>("button")?.focus();
    },
  };
}

function proposalPart(): Part<Shown> {
  const made = element("li.proposal");
  return {
    element: made,
    update({ proposal, label, also }) {
      const name = plainLine(label);
      const column = plainLine(proposal.column);
      made.replaceChildren(
        element("span.row-field", element("span.row-name", name), apiName(proposal.field, label)),
        element("span.row-arrow.dim", icon("arrow")),
        element("span.row-source", icon("column", "dim"), element("span.row-source-text", column)),
        whyPart(proposal, also),
        element(
          "span.proposal-acts",
          labelled(
            textButton(t("Accept"), "secondary", () => accept([proposal])),
            t("Accept {0} from {1}", name, column),
          ),
          labelled(
            textButton(t("Dismiss"), "link", () => dismiss(proposal)),
            t("Dismiss {0} from {1}", name, column),
          ),
        ),
      );
    },
  };
}

function whyPart(proposal: Proposal, also: readonly string[]): HTMLElement {
  const reasons = element("span", proposal.reasons.map(reasonWords).join(", "));
  const rivals = also.length === 0 ? undefined : element("span.proposal-also", alsoWords(proposal.column, also));
  return element("span.proposal-why.dim", reasons, rivals);
}

function apiName(field: string, label: string): HTMLElement | undefined {
  return label === field ? undefined : element("span.row-api.dim.mono", plainLine(field));
}

function labelled(made: HTMLElement, label: string): HTMLElement {
  return attributes(made, { "aria-label": label });
}
