/**
 * Undo and redo, which are the document's own: the workbench's commands, told to the editor in front. A press must be one of the
 * workbench's while the focus is still here: told by way of the extension host it comes late, when the focus may be elsewhere,
 * and another editor would undo. So the buttons are links to the commands, and keys are left to the workbench. Only what the
 * document cannot take back yet is different: what is half typed, and edits that are still on their way to it.
 */
import { attributes, element } from "../dom";
import { t } from "../text";
import { iconButton } from "./controls";
import { post } from "./host";
import { isSettled, whenSettled } from "./store";

type Direction = "undo" | "redo";

export function undoButtons(): readonly HTMLElement[] {
  document.addEventListener("keydown", takeKeys, true);
  return [link("undo", t("Undo")), link("redo", t("Redo"))];
}

/** A button by its looks and keys; the link around it is what the workbench sees when it is pressed. */
function link(direction: Direction, label: string): HTMLElement {
  const made = attributes(
    element(
      "a.command-link",
      iconButton(direction, label, () => undefined),
    ),
    {
      href: `command:${direction}`,
      tabindex: "-1",
      role: "presentation",
      draggable: "false",
    },
  );
  made.addEventListener("click", (event) => {
    if (isSettled()) return;
    take(event);
    afterwards(direction);
  });
  return made;
}

function takeKeys(event: KeyboardEvent): void {
  const direction = directionOf(event);
  if (direction === undefined) return;
  const { target } = event;
  if (target instanceof HTMLElement && target.dataset.typed === "true") {
    take(event);
    // Deprecated by name only: there is no other way to a text box's own history.
    document.execCommand(direction);
  } else if (!isSettled()) {
    take(event);
    afterwards(direction);
  }
}

function directionOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): Direction | undefined {
  if (!(ctrlKey || metaKey) || altKey) return undefined;
  if (key.toLowerCase() === "z") return shiftKey ? "redo" : "undo";
  return key.toLowerCase() === "y" && !shiftKey ? "redo" : undefined;
}

function take(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

function afterwards(direction: Direction): void {
  whenSettled(() => post({ type: direction }));
}
