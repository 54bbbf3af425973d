/** Decimals as text: read, compared and bounded without ever becoming a JavaScript number. */

export interface Decimal {
  readonly negative: boolean;
  /** Without zeros in front; "" is zero. */
  readonly whole: string;
  /** Without zeros behind. */
  readonly fraction: string;
}

/** undefined: no number. */
export function readDecimal(text: string): Decimal | undefined {
  const parts = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = "", head = "", tail = "", exponent = "0"] = parts;
  if (head === "" && tail === "") return undefined;
  const shift = Number(exponent);
  const digits = head + tail;
  const point = head.length + shift;
  const whole = point <= 0 ? "" : digits.slice(0, point).padEnd(point, "0");
  const fraction = point <= 0 ? "0".repeat(-point) + digits : digits.slice(point);
  const trimmed = { whole: whole.replace(/^0+/, ""), fraction: fraction.replace(/0+$/, "") };
  return { ...trimmed, negative: sign === "-" && trimmed.whole + trimmed.fraction !== "" };
}

export function writeDecimal({ negative, whole, fraction }: Decimal): string {
  return `${negative ? "-" : ""}${whole === "" ? "0" : whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The one spelling of a number; the text itself where it is none. */
export function plainDecimal(text: string): string {
  const read = readDecimal(text);
  return read === undefined ? text : writeDecimal(read);
}

/** Shortest decimal of the binary number of this many bits that the text becomes. */
export function plainFloat(text: string, bits: 32 | 64): string {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) return text;
  if (bits === 64) return plainDecimal(String(number));
  const single = Math.fround(number);
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = single.toPrecision(digits);
    if (Math.fround(Number(short)) === single) return plainDecimal(short);
  }
  return plainDecimal(String(single));
}
