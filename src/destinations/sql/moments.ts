/** Dates and times as text. */

export interface Moment {
  readonly date: string;
  /** With seconds; fraction without zeros behind. */
  readonly time: string;
  /** "Z", "+02:00"; "": none. */
  readonly zone: string;
}

/** undefined: no date and no time. Takes a "T" or a blank between the two. */
export function readMoment(text: string): Moment | undefined {
  const parts =
    /^\s*(\d{4,6}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?\s*$/i.exec(
      text,
    );
  if (parts === null) return undefined;
  const [, date = "", minutes = "00:00", seconds = "00", fraction = "", zone = ""] = parts;
  const digits = fraction.replace(/0+$/, "");
  return { date, time: `${minutes}:${seconds}${digits === "" ? "" : `.${digits}`}`, zone: isUtc(zone) ? "Z" : zone };
}

export function isMidnight({ time }: Moment): boolean {
  return time === "00:00:00";
}

function isUtc(zone: string): boolean {
  return /^(Z|[+-]00(:?00)?)$/i.test(zone);
}
