/** Values as exact JSON, for destinations that take JSON as it comes: what JavaScript would round is refused. */
import { toJson } from "../value";
import { type Destination } from "./destination";

export const exactJson: Pick<Destination, "encode" | "canRefuse" | "normal"> = {
  encode(value) {
    if (value?.type === "json" && losesDigits(value.text)) {
      return {
        refused: "A number inside has more digits than JSON readers keep; cast it to text.",
        code: "number-too-long",
      };
    }
    return { wire: toJson(value) };
  },
  canRefuse: (_field, type) => type === "json",
  normal(wire) {
    return wire === null ? null : typeof wire === "string" ? wire : JSON.stringify(wire);
  },
};

/** Would JavaScript lose a digit of some number in this JSON text? Destinations refuse such values rather than change them. */
export function losesDigits(json: string): boolean {
  for (const [token] of json.matchAll(tokens)) {
    if (!token.startsWith('"') && decimal(token) !== decimal(String(Number(token)))) return true;
  }
  return false;
}

// Strings are tokens too, so that digits inside them are passed over.
const tokens = /"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** One form for equal decimals: sign, digits without zeros at either end, power of ten. */
function decimal(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
