/** Rejected records of a run, with the way to them. */
import { element } from "../dom";
import { type RejectedRecords } from "../mapping-protocol";
import { plainText } from "../plain-text";
import { t } from "../text";
import { textButton } from "./controls";
import { post } from "./host";
import { severityIcon } from "./marks";

export function rejectionLine(shape: string, { severity, message, run, group }: RejectedRecords): HTMLElement {
  const show = textButton(t("Show records"), "link", () =>
    post({ type: "rejected", run, ...(group === undefined ? {} : { group }) }),
  );
  return element(shape, severityIcon(severity), element("span", plainText(message)), show);
}
