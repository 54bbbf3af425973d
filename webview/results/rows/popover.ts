/** A box beside something, closed by Escape, by a click elsewhere, or by its own buttons. */
import { attributes, element } from "../../dom";

export interface Popover {
  readonly element: HTMLElement;
  close(): void;
}

/** One at a time; the focus goes back to where it was. */
let open: Popover | undefined;

export function popover(
  content: HTMLElement,
  at: { readonly x: number; readonly y: number },
  label: string,
  role: "dialog" | "menu",
): Popover {
  open?.close();
  const before = document.activeElement as HTMLElement | null;
  const box = attributes(element("div.popover", content), { role, "aria-label": label });
  const onPointer = (event: Event): void => {
    if (!box.contains(event.target as Node)) made.close();
  };
  const made: Popover = {
    element: box,
    close() {
      if (open !== made) return;
      open = undefined;
      window.removeEventListener("pointerdown", onPointer, true);
      window.removeEventListener("blur", made.close);
      const inside = box.contains(document.activeElement);
      box.remove();
      if (inside && before?.isConnected === true) before.focus({ preventScroll: true });
    },
  };
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    made.close();
  });
  open = made;
  document.body.append(box);
  const { offsetWidth, offsetHeight } = box;
  box.style.left = `${Math.max(4, Math.min(at.x, window.innerWidth - offsetWidth - 4))}px`;
  box.style.top = `${Math.max(4, Math.min(at.y, window.innerHeight - offsetHeight - 4))}px`;
  window.addEventListener("pointerdown", onPointer, true);
  window.addEventListener("blur", made.close);
  return made;
}
