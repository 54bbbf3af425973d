/**
 * A list whose elements live on while their items change: what has the focus, is open or half typed stays as it is
 * when a new state arrives.
 */

export interface Part<Item> {
  readonly element: HTMLElement;
  update(item: Item): void;
}

export interface KeyedList<Item, Kind extends Part<Item> = Part<Item>> {
  update(items: readonly Item[]): void;
  part(key: string): Kind | undefined;
}

export function keyedList<Item, Kind extends Part<Item> = Part<Item>>(
  container: HTMLElement,
  options: { key(item: Item): string; create(item: Item): Kind },
): KeyedList<Item, Kind> {
  const parts = new Map<string, { readonly part: Kind; signature: string }>();

  return {
    part: (key) => parts.get(key)?.part,
    update(items) {
      const focused = document.activeElement;
      const wanted = new Set(items.map(options.key));
      for (const [key, { part }] of parts) {
        if (wanted.has(key)) continue;
        part.element.remove();
        parts.delete(key);
      }
      items.forEach((item, index) => {
        const key = options.key(item);
        const signature = JSON.stringify(item);
        let entry = parts.get(key);
        if (entry === undefined) {
          entry = { part: options.create(item), signature: "" };
          parts.set(key, entry);
        }
        if (entry.signature !== signature) {
          entry.signature = signature;
          entry.part.update(item);
        }
        const present = container.children[index];
        if (present !== entry.part.element) container.insertBefore(entry.part.element, present ?? null);
      });
      // An element that is moved loses the focus.
      if (focused instanceof HTMLElement && focused !== document.activeElement && container.contains(focused))
        focused.focus({ preventScroll: true });
    },
  };
}
