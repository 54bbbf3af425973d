/**
 * Templates: text with `{{ column }}` in it. A backslash before two braces makes them text; two backslashes before
 * them are one. A backslash anywhere else is itself.
 */
import { type TemplatePart } from "./definition";

/** Positions are 0-based UTF-16 offsets into the template. */
export type PlacedPart = TemplatePart & { readonly start: number; readonly end: number };

export interface TemplateProblem {
  readonly code: "template-unclosed" | "template-empty";
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export function parseTemplate(template: string): {
  readonly parts: readonly PlacedPart[];
  readonly problems: readonly TemplateProblem[];
} {
  const parts: PlacedPart[] = [];
  const problems: TemplateProblem[] = [];
  let text = "";
  let textStart = 0;
  const flush = (end: number) => {
    if (text !== "") parts.push({ text, start: textStart, end });
    text = "";
  };
  let index = 0;
  let close = -1;
  for (;;) {
    const open = template.indexOf("{{", index);
    if (open < 0) break;
    const slashes = slashesBefore(template, open, index);
    text += template.slice(index, open - slashes) + "\\".repeat(Math.floor(slashes / 2));
    if (slashes % 2 === 1) {
      text += "{{";
      index = open + 2;
      continue;
    }
    flush(open);
    if (close < open + 2) close = template.indexOf("}}", open + 2);
    const nested = template.indexOf("{{", open + 2);
    if (close < 0 || (nested >= 0 && nested < close)) {
      const end = nested < 0 ? template.length : nested;
      problems.push({ code: "template-unclosed", message: unclosed, start: open, end });
      if (close < 0) return { parts, problems };
      index = textStart = end;
      continue;
    }
    index = textStart = close + 2;
    const column = template.slice(open + 2, close).trim();
    if (column === "") problems.push({ code: "template-empty", message: empty, start: open, end: index });
    else parts.push({ column, start: open, end: index });
  }
  text += template.slice(index);
  flush(template.length);
  return { parts, problems };
}

const unclosed = "These braces are not closed. Write {{ column }}, or \\{{ for two braces.";
const empty = "There is no column between these braces. Name one.";

function slashesBefore(template: string, at: number, from: number): number {
  let count = 0;
  while (at - count > from && template[at - count - 1] === "\\") count += 1;
  return count;
}
