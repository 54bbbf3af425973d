/** Colours and columns for a terminal; plain text everywhere else. */
import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
export type Paint = (style: Style, text: string) => string;

export function painter(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const coloured = (stream.isTTY === true || env.FORCE_COLOR === "1") && env.NO_COLOR === undefined;
  return (style, text) => (coloured ? styleText(style, text) : text);
}

/** 12408 → 12,408 */
export const count = (value: number): string => value.toLocaleString("en-US");

/** "1 record", "2 records" */
export const plural = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? "" : "s"}`;

/** Text on one line, no longer than `width`, control and bidirectional characters shown as escapes. */
export function oneLine(value: string, width = 60): string {
  const plain = value.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escape);
  const characters = [...plain];
  return characters.length <= width ? plain : `${characters.slice(0, width - 1).join("")}…`;
}

/** Rows of cells as aligned columns; `right` names the columns that are numbers. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const gap = " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
          return right.has(column) ? gap + cell : cell + gap;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Columns a text takes on a terminal, colours not counted. */
function widthOf(text: string): number {
  const bare = text.replace(/\u001b\[[0-9;]*m/g, "");
  return [...bare.normalize("NFC")].reduce(
    (sum, character) => sum + (/\p{Mark}/u.test(character) ? 0 : wide.test(character) ? 2 : 1),
    0,
  );
}

const wide = /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

function escape(character: string): string {
  const known: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return known[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
