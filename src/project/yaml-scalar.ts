/** The plain value of a YAML scalar. */
import { isScalar, parseDocument, type Scalar } from "yaml";

export interface ScalarProblem {
  readonly code: string;
  readonly message: string;
}

/** Text, number, boolean or null. A number that a program cannot hold exactly stays text and is a problem. */
export function scalarOf(scalar: Scalar): { readonly data: unknown; readonly problem?: ScalarProblem } {
  const { value, source = "" } = scalar;
  switch (typeof value) {
    case "string":
    case "boolean":
      return { data: value };
    case "number":
      return isExact(value, source) ? { data: value } : { data: source, problem: inexact };
    default:
      // Dates, bytes and the like come only from tags and YAML 1.1, which are problems of their own.
      return { data: value === null ? null : source };
  }
}

/** The text a scalar stands for, from how it is written: `'it''s'` is it's. */
export function scalarValue(written: string): string {
  const { contents } = parseDocument(written.trim());
  if (!isScalar(contents)) return written.trim();
  // A token of digits alone is still the text that was written.
  return typeof contents.value === "string" ? contents.value : (contents.source ?? written.trim());
}

const inexact: ScalarProblem = {
  code: "inexact-number",
  message: "This number cannot be held exactly. Put it in quotes to keep every digit.",
};

function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  const digits = source
    .replace(/[eE].*$/, "")
    .replace(/\D/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
  return digits.length <= 17;
}
