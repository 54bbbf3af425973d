/**
 * Data on screen is plain text. Characters that reorder or hide text (bidirectional controls, zero-width ones, other
 * controls) are written out, so that what is seen is what is there. See CVE-2021-42574, “Trojan Source”.
 */
const disguises =
  // Line breaks and tabs are shown by their own escapes in cells; everything else that has no glyph is here.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The text with every character that could disguise it written as ⟨U+202E⟩. */
export function plainText(text: string): string {
  return text.replace(disguises, (found) => {
    // A zero-width joiner holds an emoji together; alone it changes nothing that is read.
    if (found === "\u200d") return found;
    return `⟨U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** The same on one line: line breaks and tabs as ↵ and ⇥. */
export function plainLine(text: string): string {
  return plainText(text.replace(/\r\n|\r|\n/g, "↵").replace(/\t/g, "⇥"));
}

/** At most `length` characters of one line, for trees and messages. */
export function plainExcerpt(text: string, length: number): string {
  const line = plainLine(text);
  return line.length <= length ? line : `${line.slice(0, length).replace(/[\ud800-\udbff]$/, "")}…`;
}
