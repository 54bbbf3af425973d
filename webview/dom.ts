/** Elements from text and other elements. There is no way here to put markup into a page. */

export type Child = Node | string | undefined;

/** `element("span.dim.ok", "text")`: the tag and its classes, then children; strings become text nodes. */
export function element(shape: string, ...children: readonly Child[]): HTMLElement {
  const [tag = "div", ...classes] = shape.split(".");
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(" ");
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Words for those who hear the page: what a sign beside them says to those who see it. */
export function unseen(words: string): HTMLElement {
  return element("span.unseen", words);
}

export function attributes<Made extends HTMLElement>(
  made: Made,
  values: Readonly<Record<string, string | number>>,
): Made {
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, String(value));
  return made;
}
