/** The compact list of a tab's pinned results, beside its newest. Empty while nothing is pinned. */
import { t } from "../text";
import { type PanelState, type Pinned, type Tab } from "../protocol";
import { attributes, element } from "../dom";
import { plainText } from "../plain-text";
import { quietButton } from "../quiet";
import { post } from "./host";

export function pinsBar(options: {
  readonly pinned: readonly Pinned[];
  readonly shown: PanelState[Tab];
  readonly newest: PanelState[Tab];
  /** undefined: the newest. */
  view(id: string | undefined): void;
}): readonly HTMLElement[] {
  const { pinned, shown, newest, view } = options;
  if (pinned.length === 0) return [];
  const shownId = shown.state === "ready" ? shown.id : undefined;
  const newestIsPinned = newest.state === "ready" && pinned.some(({ pane }) => pane.id === newest.id);
  const latest =
    newest.state === "empty" || newestIsPinned ? [] : [chip(t("Newest"), newest === shown, () => view(undefined))];
  return [
    element("span.dim", t("Pinned:")),
    ...latest,
    ...pinned.map(({ pane, at }) => {
      const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      const name = `${plainText(pane.subject.sync)} · ${plainText(pane.subject.target)} · ${time}`;
      return element(
        "span.pin",
        chip(name, pane.id === shownId, () =>
          view(newest.state === "ready" && newest.id === pane.id ? undefined : pane.id),
        ),
        attributes(
          quietButton("✕", () => post({ type: "unpin", result: pane.id }), { title: t("Unpin") }),
          {
            "aria-label": t("Unpin {0}", name),
          },
        ),
      );
    }),
  ];
}

function chip(label: string, pressed: boolean, onPress: () => void): HTMLElement {
  return attributes(quietButton(label, onPress, { shape: "button.chip" }), { "aria-pressed": String(pressed) });
}
