import { type Sample } from "../sample";

export const sample: Partial<Sample> = {
  options: { path: "people.csv", bom: true, escape_formulas: true },
  config: { folder: "exports" },
};
