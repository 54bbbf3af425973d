/**
 * CSV by RFC 4180, with NULL apart from the empty text: NULL is an empty cell, the empty text is `""`.
 * Lines end in CRLF when written; CRLF, LF and CR end them when read.
 */
export type Cell = string | null;
export interface CsvForm {
  /** One character; neither a quote nor a line break. */
  readonly delimiter: string;
}

/** One line, with its end. A cell is quoted only where it must be. */
export function writeRow(cells: readonly Cell[], { delimiter }: CsvForm): string {
  return `${cells.map((cell) => writeCell(cell, delimiter)).join(delimiter)}\r\n`;
}

function writeCell(cell: Cell, delimiter: string): string {
  if (cell === null) return "";
  // A byte order mark or blanks at an edge are kept by readers only inside quotes.
  const plain = cell !== "" && !cell.includes(delimiter) && !/["\r\n\ufeff]|^\s|\s$/.test(cell);
  return plain ? cell : `"${cell.replaceAll('"', '""')}"`;
}

/** Text that is not CSV; `line` counts from 1. */
export class NotCsv extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * All rows, or the first `most`. A byte order mark at the start is passed over; a blank line is a row with one NULL cell.
 * Throws NotCsv for an unfinished quote or text beside one.
 */
export function readRows(text: string, { delimiter }: CsvForm, most = Infinity): Cell[][] {
  const rows: Cell[][] = [];
  const end = text.length;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let line = 1;
  while (at < end && rows.length < most) {
    const row: Cell[] = [];
    for (;;) {
      if (text[at] === '"') {
        const started = line;
        const close = closingQuote(text, at);
        if (close < 0) throw new NotCsv(started, "A quoted cell has no end.");
        const raw = text.slice(at + 1, close);
        line += breaksIn(raw);
        row.push(raw.includes('"') ? raw.replaceAll('""', '"') : raw);
        at = close + 1;
        if (at < end && !endsCell(text[at] as string, delimiter)) {
          throw new NotCsv(line, "Text follows the closing quote of a cell.");
        }
      } else {
        const from = at;
        while (at < end && !endsCell(text[at] as string, delimiter)) at++;
        row.push(at === from ? null : text.slice(from, at));
      }
      if (text[at] !== delimiter) break;
      at++;
    }
    rows.push(row);
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line++;
  }
  return rows;
}

/** Position of the quote that ends the cell whose first quote is at `open`; -1: there is none. */
function closingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  return close;
}

function endsCell(character: string, delimiter: string): boolean {
  return character === delimiter || character === "\n" || character === "\r";
}

function breaksIn(text: string): number {
  return text.includes("\n") || text.includes("\r") ? text.split(/\r\n|\r|\n/).length - 1 : 0;
}
