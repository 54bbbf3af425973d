/** SQL as text: just enough reading to cut a statement's end off safely. */

// Strings, quoted names, dollar-quoted strings and comments: nothing inside them ends a statement.
const pieces =
  /[eE]'(?:\\[^]|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|(\$[A-Za-z_]*\$)[^]*?\1|(--[^\n]*|\/\*[^]*?\*\/)|(\s+)|(;)|[A-Za-z_][\w$]*|[^]/gy;

/**
 * A statement without trailing semicolons, comments and white space, so that it can stand inside parentheses.
 * Nothing before its end is touched: offsets stay what they are.
 */
export function statementBody(sql: string): string {
  let end = 0;
  for (const match of sql.matchAll(pieces)) {
    const [piece, , comment, space, semicolon] = match;
    if (comment === undefined && space === undefined && semicolon === undefined) end = match.index + piece.length;
  }
  return sql.slice(0, end);
}
