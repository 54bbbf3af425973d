/** One tab stop for a list: arrows, Home, End and letters move within it. */

export interface Roving {
  /** Called after elements came, went or were hidden: one of those in sight keeps the tab stop. */
  refresh(preferred?: HTMLElement): void;
  focus(element: HTMLElement): void;
  readonly current: HTMLElement | undefined;
}

export function roving(
  container: HTMLElement,
  selector: string,
  onMove: (element: HTMLElement) => void = () => undefined,
  axis: "vertical" | "both" = "vertical",
): Roving {
  let current: HTMLElement | undefined;
  const stops = (): HTMLElement[] =>
    [...container.querySelectorAll<HTMLElement>(selector)].filter((each) => each.closest("[hidden]") === null);

  function take(element: HTMLElement): void {
    if (current !== element) {
      if (current !== undefined) current.tabIndex = -1;
      current = element;
      current.tabIndex = 0;
    }
    onMove(element);
  }

  container.addEventListener("focusin", (event) => {
    const stop = (event.target as HTMLElement).closest<HTMLElement>(selector);
    if (stop !== null && stop === event.target) take(stop);
  });
  container.addEventListener("keydown", (event) => {
    if (!(event.target as HTMLElement).matches(selector) || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = stops();
    const at = all.indexOf(event.target as HTMLElement);
    const to: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      ...(axis === "both" ? { ArrowRight: at + 1, ArrowLeft: at - 1 } : {}),
      PageDown: at + 10,
      PageUp: at - 10,
      Home: 0,
      End: all.length - 1,
    };
    const wanted = to[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(wanted, all.length - 1))]?.focus();
  });

  return {
    refresh(preferred) {
      const all = stops();
      const wanted = preferred ?? current;
      const kept = wanted !== undefined && all.includes(wanted) ? wanted : all[0];
      if (current !== undefined && current !== kept) current.tabIndex = -1;
      current = kept;
      if (current !== undefined) current.tabIndex = 0;
    },
    focus(element) {
      take(element);
      element.focus();
    },
    get current() {
      return current;
    },
  };
}
