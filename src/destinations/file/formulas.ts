/**
 * Spreadsheets run a cell that begins with = + - @ or a control character as a formula. With `escape_formulas` such
 * texts get an apostrophe in front; texts that already have apostrophes there get one more, so that it can be undone.
 */
export function escapeFormula(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

export function unescapeFormula(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
