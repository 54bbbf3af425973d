/** What the YAML reader's errors mean, in sentences for the author. Its own messages may quote the file, so they are not used. */
import { type ErrorCode } from "yaml";

const syntax = "yaml-syntax";

const sentences: Readonly<Record<ErrorCode, { readonly code: string; readonly message: string }>> = {
  ALIAS_PROPS: { code: syntax, message: "An alias (*name) can have neither an anchor nor a tag. Remove them." },
  BAD_ALIAS: { code: syntax, message: "This alias or anchor is not valid. Write &name once and *name after it." },
  BAD_DIRECTIVE: { code: syntax, message: "This YAML directive is not understood. Remove the line." },
  BAD_DQ_ESCAPE: {
    code: syntax,
    message:
      'This backslash escape is not valid between double quotes. Write "\\\\" for a backslash, or use single quotes.',
  },
  BAD_INDENT: {
    code: syntax,
    message: "The indentation does not fit, or a bracket is not closed. Align this with its neighbours.",
  },
  BAD_PROP_ORDER: { code: syntax, message: "Anchors and tags must stand before the value's indicator. Move them." },
  BAD_SCALAR_START: { code: syntax, message: "A value cannot start with this character. Put the value in quotes." },
  BLOCK_AS_IMPLICIT_KEY: {
    code: syntax,
    message: "A second key cannot follow on the same line. Put the value in quotes, or the key on a line of its own.",
  },
  BLOCK_IN_FLOW: { code: syntax, message: "Inside { } and [ ] there can be no block. Use commas, or quotes." },
  DUPLICATE_KEY: { code: "duplicate-key", message: "This key is there twice. Remove one of them." },
  IMPOSSIBLE: { code: syntax, message: "This is not valid YAML. Rewrite the line." },
  KEY_OVER_1024_CHARS: {
    code: syntax,
    message: "A key can have no more than 1024 characters. Is a quote or a bracket not closed?",
  },
  MISSING_CHAR: { code: syntax, message: "A closing quote, a bracket, a comma or a colon is missing. Add it." },
  MULTILINE_IMPLICIT_KEY: { code: syntax, message: "A key must stand on one line. Is a colon or a quote missing?" },
  MULTIPLE_ANCHORS: { code: syntax, message: "A value can have one anchor only. Remove the others." },
  MULTIPLE_DOCS: {
    code: "several-documents",
    message: "One file holds one document. Move what follows --- to another file.",
  },
  MULTIPLE_TAGS: { code: syntax, message: "A value can have one tag only. Remove the others." },
  NON_STRING_KEY: { code: "bad-key", message: "A key must be text. Put it in quotes." },
  RESOURCE_EXHAUSTION: { code: "too-deep", message: "The file is nested too deeply to be read. Flatten it." },
  TAB_AS_INDENT: { code: syntax, message: "Tabs cannot indent YAML. Use spaces." },
  TAG_RESOLVE_FAILED: { code: "unknown-tag", message: "This tag is not understood. Remove it." },
  UNEXPECTED_TOKEN: {
    code: syntax,
    message: "This was not expected here. Check the indentation, quotes and brackets before it.",
  },
  BAD_COLLECTION_TYPE: { code: "unknown-tag", message: "This tag does not fit the value. Remove it." },
};

export function sentenceOf(code: ErrorCode): { readonly code: string; readonly message: string } {
  return sentences[code] ?? sentences.IMPOSSIBLE;
}
