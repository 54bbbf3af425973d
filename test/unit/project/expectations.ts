/**
 * Files that carry their expectation. Under a line, a comment marks with carets what a problem must cover:
 *
 *     fields:
 *       emial: EMAIL
 *     # ^^^^^ unknown-field: Did you mean "email"?
 *
 * `#^^^` starts in the first column, `^...` runs on past the line, `^|` covers nothing. What follows the code must be
 * in the message. The marks are taken out before the file is read.
 */
import assert from "node:assert/strict";
import { placeOf, type Problem } from "../../../src/problem";

const mark = /^#( *)(\^+)(\.\.\.|\|)?\s+([a-z-]+)(?:: (.*))?$/;

export interface Expectation {
  readonly text: string;
  readonly expected: readonly string[];
}

export function expectProblems(marked: string, find: (text: string) => readonly Problem[]): void {
  const lines = marked.replace(/^\n/, "").split("\n");
  const text = lines.filter((line) => !mark.test(line)).join("\n");
  const problems = find(text);
  const expected: string[] = [];
  const messages: string[] = [];
  let line = 0;
  for (const each of lines) {
    const found = mark.exec(each);
    if (found === null) {
      line += 1;
      continue;
    }
    const [, space = "", carets = "", form, code = "", message] = found;
    const start = space === "" ? 1 : space.length + 2;
    const length = form === "|" ? 0 : carets.length + (space === "" ? 1 : 0);
    expected.push(`${line}:${start}${form === "..." ? "" : `+${length}`} ${code}`);
    messages.push(message ?? "");
  }
  const open = new Set(expected.filter((each) => !each.includes("+")).map((each) => each.split(" ")[0]));
  const found = problems.map((problem) => {
    const { line: at, column } = placeOf(text, problem.range.start);
    const place = `${at}:${column}`;
    return `${place}${open.has(place) ? "" : `+${problem.range.end - problem.range.start}`} ${problem.code}`;
  });
  const said = problems.map((each) => `  ${each.code}: ${each.message}`).join("\n");
  assert.deepEqual([...found].sort(), [...expected].sort(), `in\n${marked}\nfound\n${said}`);
  for (const message of messages) {
    assert.ok(
      problems.some((each) => each.message.includes(message)),
      `no message says "${message}":\n${said}`,
    );
  }
}
