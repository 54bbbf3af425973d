/** One of the three columns of the page. */
import { attributes, element } from "../dom";
import { type MappingState } from "../mapping-protocol";

export type PaneName = "columns" | "rows" | "fields";

export interface Pane {
  readonly element: HTMLElement;
  readonly name: PaneName;
  update(state: MappingState): void;
  /** To the item that was last looked at. */
  focus(): void;
}

export interface PaneFrame {
  readonly element: HTMLElement;
  readonly head: HTMLElement;
  /** How many there are, beside the title. */
  count(text: string): void;
}

export function pane(name: PaneName, title: string, tools: HTMLElement, ...content: readonly HTMLElement[]): PaneFrame {
  const number = element("span.pane-count.dim");
  const heading = attributes(element("h2.pane-title", title), { id: `title-${name}` });
  const head = element("div.pane-head", heading, number, element("span.stretch"));
  const body = element("div.pane-body", ...content);
  const made = attributes(element(`section.pane.pane-${name}`, head, tools, body), {
    "aria-labelledby": heading.id,
    id: `pane-${name}`,
  });
  return { element: made, head, count: (text) => (number.textContent = text) };
}
