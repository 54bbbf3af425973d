/** Why a mapping is proposed, in words. */
import { type ProposalReason } from "../../src/sync/propose";
import { plainLine } from "../plain-text";
import { t } from "../text";

/** Fields that are called by name: a key may suit every identifier of an object. */
const alsoNamed = 3;

export function reasonWords(reason: ProposalReason): string {
  switch (reason) {
    case "same-name":
      return t("same name");
    case "similar-name":
      return t("similar name");
    case "same-label":
      return t("named like the field's label");
    case "key":
      return t("the model's key");
    case "same-type":
      return t("same type");
    case "same-values":
      return t("its values are the field's options");
    case "same-format":
      return t("its values have the field's format");
  }
}

/** Between which fields Sluice cannot decide. */
export function alsoWords(column: string, fields: readonly string[]): string {
  const names = fields.slice(0, alsoNamed).map(plainLine).join(", ");
  const more = fields.length - alsoNamed;
  return more > 0
    ? t("{0} could also fill {1} and {2} more", plainLine(column), names, String(more))
    : t("{0} could also fill {1}", plainLine(column), names);
}
