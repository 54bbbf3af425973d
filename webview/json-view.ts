/** JSON in the colours of the editor. What is no JSON is coloured as far as it looks like it, and never refused. */
import { element } from "./dom";
import { plainText } from "./plain-text";

export interface JsonToken {
  readonly kind: "name" | "text" | "number" | "word" | "plain";
  readonly text: string;
}

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** The tokens of one line or of a whole text; joined they are the text. */
export function jsonTokens(text: string): readonly JsonToken[] {
  const found: JsonToken[] = [];
  let end = 0;
  const plain = (until: number): void => {
    if (until > end) found.push({ kind: "plain", text: text.slice(end, until) });
  };
  for (const match of text.matchAll(tokens)) {
    plain(match.index);
    end = match.index + match[0].length;
    const [whole, quoted, colon = "", number] = match;
    if (quoted !== undefined) {
      found.push({ kind: colon === "" ? "text" : "name", text: quoted });
      if (colon !== "") found.push({ kind: "plain", text: colon });
    } else found.push({ kind: number === undefined ? "word" : "number", text: whole });
  }
  plain(text.length);
  return found;
}

/** Elements for a text of JSON. */
export function jsonElements(text: string): readonly (Node | string)[] {
  return jsonTokens(text).map((token) =>
    token.kind === "plain" ? plainText(token.text) : element(`span.json-${token.kind}`, plainText(token.text)),
  );
}
