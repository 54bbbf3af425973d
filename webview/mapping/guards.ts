/** Limits that a plan must keep before anything is written. */
import { type Guards } from "../../src/sync/definition";
import { attributes, element } from "../dom";
import { icon } from "../icons";
import { type MappingState } from "../mapping-protocol";
import { plainText } from "../plain-text";
import { t } from "../text";
import { textBox } from "./controls";
import { limitText } from "./mapping-text";
import { send } from "./store";
import { problemsAt } from "./view-model";

type GuardName = "max_removed" | "max_changes" | "max_rejected" | "min_rows";

export function guardsView(): { readonly element: HTMLElement; update(state: MappingState, guards: Guards): void } {
  const boxes = {
    max_removed: guardBox("max_removed", t("Most records removed")),
    max_changes: guardBox("max_changes", t("Most records changed")),
    max_rejected: guardBox("max_rejected", t("Most records rejected")),
    min_rows: guardBox("min_rows", t("Fewest rows of the model")),
  };
  const wrong = element("span.guard-problem");
  const made = attributes(element("div.guards", ...Object.values(boxes).map(({ element: each }) => each), wrong), {
    role: "group",
    "aria-label": t("Guards"),
    id: "guards",
  });
  return {
    element: made,
    update(state, guards) {
      boxes.max_removed.update(limitText(guards.maxRemoved));
      boxes.max_changes.update(limitText(guards.maxChanges));
      boxes.max_rejected.update(limitText(guards.maxRejected));
      boxes.min_rows.update(guards.minRows === undefined ? "" : String(guards.minRows));
      const [problem] = problemsAt(state, ["guards"]);
      wrong.hidden = problem === undefined;
      if (problem !== undefined)
        wrong.replaceChildren(icon("error", "err"), element("span", plainText(problem.message)));
    },
  };
}

/** Empty: no limit. A number is written as one, a share as text. */
function guardBox(name: GuardName, label: string): { readonly element: HTMLElement; update(value: string): void } {
  const box = textBox({ label, lines: "one", placeholder: t("none") }, (typed) => {
    const text = typed.trim();
    const path = ["guards", name];
    const words = t("The guard {0} is changed.", name);
    if (text === "") return send({ intent: "reset", path }, words);
    send({ intent: "set", path, value: /^\d+$/.test(text) ? Number(text) : text }, words);
  });
  return {
    element: element("label.guard", element("span.dim", label), box.element),
    update: (value) => box.update(value),
  };
}
