/** Small line icons, drawn here so that no font is needed; 16 × 16, in the colour of the text around them. */

const paths = {
  text: "M3 12.5 6.5 3.5h.5l3.5 9M4.2 9.5h5M12 8.3c.4-.8 2.4-.9 2.4.6v3.6M14.4 10c-1.6 0-2.9.3-2.9 1.4 0 1.5 2.3 1.4 2.9.1",
  number: "M6.2 3 4.8 13M11.2 3 9.8 13M3 6.2h10.5M2.5 9.8H13",
  boolean: "M5 4.5h6a3.5 3.5 0 0 1 0 7H5a3.5 3.5 0 0 1 0-7ZM5 9.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2Z",
  date: "M3 4.5h10v8.5H3zM3 7h10M5.8 2.8v3M10.2 2.8v3",
  time: "M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 5v3.2l2.2 1.4",
  json: "M6 3C4 3 5 7 3 8c2 1 1 5 3 5M10 3c2 0 1 4 3 5-2 1-1 5-3 5",
  options: "M3 4.5h1M6.5 4.5H13M3 8h1M6.5 8H13M3 11.5h1M6.5 11.5H13",
  reference:
    "M6.8 9.2a2.6 2.6 0 0 0 3.8 0l2-2.1a2.6 2.6 0 0 0-3.7-3.7L8 4.3M9.2 6.8a2.6 2.6 0 0 0-3.8 0l-2 2.1a2.6 2.6 0 0 0 3.7 3.7l.9-.9",
  unknown: "M6 6a2 2 0 1 1 2.8 1.9c-.5.3-.8.7-.8 1.4v.4M8 12v.6",
  key: "M5.2 12.8a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM7.5 7.3 13 2.2M10.2 4.8l2 2M5.2 9.6h.1",
  lock: "M4 7.5h8V13H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3",
  constant: "M4 3.5h8a.5.5 0 0 1 .5.5v8a.5.5 0 0 1-.5.5H4a.5.5 0 0 1-.5-.5V4a.5.5 0 0 1 .5-.5ZM6 6.7h4M6 9.3h4",
  template:
    "M5.5 3.5H4.5c-.8 0-1 .5-1 1.2V7L2.5 8l1 1v2.3c0 .7.2 1.2 1 1.2h1M10.5 3.5h1c.8 0 1 .5 1 1.2V7l1 1-1 1v2.3c0 .7-.2 1.2-1 1.2h-1M6.5 8h3",
  sql: "M8 6.2c2.8 0 5-.8 5-1.7S10.8 2.8 8 2.8s-5 .8-5 1.7 2.2 1.7 5 1.7ZM3 4.5v7c0 .9 2.2 1.7 5 1.7s5-.8 5-1.7v-7M3 8c0 .9 2.2 1.7 5 1.7s5-.8 5-1.7",
  lookup: "M7 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM10 10l3.5 3.5",
  values: "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M8 3.5v9",
  column: "M5.5 2.5h5v11h-5zM5.5 6h5M5.5 9.5h5",
  arrow: "M13 8H3.5M7 4.5 3.5 8 7 11.5",
  becomes: "M3 8h9.5M9 4.5 12.5 8 9 11.5",
  open: "m6 4 4 4-4 4",
  down: "m4 6 4 4 4-4",
  up: "m4 10 4-4 4 4",
  left: "m10 4-4 4 4 4",
  undo: "M6.5 3 3.5 6l3 3M3.8 6H9.5a3.5 3.5 0 0 1 0 7H7",
  redo: "m9.5 3 3 3-3 3M12.2 6H6.5a3.5 3.5 0 0 0 0 7H9",
  file: "M9 2.5H4v11h8v-8zM9 2.5v3h3M6 8.5h4M6 11h4",
  spark: "M7 2.5 8.3 6.7 12.5 8 8.3 9.3 7 13.5 5.7 9.3 1.5 8l4.2-1.3zM12.5 2v3M11 3.5h3",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3 8.5 3.2 3.2L13 4.8",
  pencil: "m10.8 3 2.2 2.2L5.5 12.7 3 13l.3-2.5zM9.3 4.5l2.2 2.2",
  error: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  warning: "M8 2.5 14 13.5H2zM8 6.5v3.5M8 11.5v.5",
  information: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7v4.2M8 4.8v.6",
  plus: "M8 3v10M3 8h10",
  refresh: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5",
  rows: "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11",
  shield: "M8 2.2 13 4v4c0 3-2.2 5-5 5.8C5.2 13 3 11 3 8V4z",
  filter: "M2.5 3.5h11L9.5 8.5v4l-3 1.5V8.5z",
  more: "M3 8h.8M7.6 8h.8M12.2 8h.8",
  drag: "M6 4h.1M10 4h.1M6 8h.1M10 8h.1M6 12h.1M10 12h.1",
} as const;

export type IconName = keyof typeof paths;

const namespace = "http://www.w3.org/2000/svg";

/** Decoration: what it means is said in words beside it, or by the label of what holds it. */
export function icon(name: IconName, ...classes: readonly string[]): SVGSVGElement {
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", ["icon", ...classes].join(" "));
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
