/** Signs of how grave something is. */
import { type Severity } from "../../src/problem";
import { icon } from "../icons";
import { type FitLevel } from "./fit";

export function fitIcon(level: FitLevel): SVGSVGElement {
  const looks = { fits: ["check", "ok"], care: ["warning", "warn"], misfit: ["error", "err"] } as const;
  const [name, look] = looks[level];
  return icon(name, look);
}

export function severityIcon(severity: Severity): SVGSVGElement {
  switch (severity) {
    case "error":
      return icon("error", "err");
    case "warning":
      return icon("warning", "warn");
    case "information":
      return icon("information", "dim");
  }
}
