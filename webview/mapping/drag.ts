/** Dragging: a column to a field or a mapping, a field to a column. By keyboard the same is done with Enter. */

export type Dragged =
  { readonly kind: "column"; readonly name: string } | { readonly kind: "field"; readonly name: string };

let dragged: Dragged | undefined;

/** Elements matching `selector` can be picked up; their `data-name` says what they are. */
export function dragSource(container: HTMLElement, selector: string, kind: Dragged["kind"]): void {
  container.addEventListener("dragstart", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(selector);
    const name = item?.dataset.name;
    if (item === null || name === undefined || event.dataTransfer === null) return;
    dragged = { kind, name };
    event.dataTransfer.effectAllowed = "link";
    event.dataTransfer.setData("text/plain", name);
    document.body.dataset.dragging = kind;
    item.classList.add("dragged");
  });
  container.addEventListener("dragend", (event) => {
    dragged = undefined;
    delete document.body.dataset.dragging;
    (event.target as Element).closest(selector)?.classList.remove("dragged");
    document.querySelectorAll(".drop-here").forEach((each) => each.classList.remove("drop-here"));
  });
}

/** Elements matching `selector` take what is dragged, where it is of the kind wanted. */
export function dropTarget(
  container: HTMLElement,
  selector: string,
  options: { readonly takes: Dragged["kind"]; drop(dragged: string, target: string): void },
): void {
  let over: HTMLElement | undefined;
  const leave = (): void => {
    over?.classList.remove("drop-here");
    over = undefined;
  };
  const targetOf = (event: DragEvent): HTMLElement | undefined => {
    if (dragged?.kind !== options.takes) return undefined;
    const target = (event.target as Element).closest<HTMLElement>(selector);
    return target === null || target.dataset.name === undefined || target.dataset.closed !== undefined
      ? undefined
      : target;
  };
  container.addEventListener("dragover", (event) => {
    const target = targetOf(event);
    if (target !== over) leave();
    if (target === undefined) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "link";
    over = target;
    target.classList.add("drop-here");
  });
  container.addEventListener("dragleave", (event) => {
    if (!container.contains(event.relatedTarget as Node | null)) leave();
  });
  container.addEventListener("drop", (event) => {
    const target = targetOf(event);
    const what = dragged;
    leave();
    if (target?.dataset.name === undefined || what === undefined) return;
    event.preventDefault();
    options.drop(what.name, target.dataset.name);
  });
}
