/** One record: its fields, and beside them the request the connector makes of it. */
import { t } from "../text";
import { type RecordPreview, type WireRequest } from "../../src/calls/calls";
import { attributes, element } from "../dom";
import { jsonElements } from "../json-view";
import { plainText } from "../plain-text";
import { quietButton } from "../quiet";

export function recordView(record: RecordPreview, showField: (field: string) => void): HTMLElement {
  const { fields, rejection, request } = record;
  const refused = rejection?.field;
  const named = refused === undefined ? undefined : JSON.stringify(refused);
  const lines = JSON.stringify(fields, undefined, 2).split("\n");
  const code = element(
    "pre.code.payload",
    ...lines.flatMap((line) => {
      const parts = [...jsonElements(line), "\n"];
      return named !== undefined && line.trimStart().startsWith(`${named}:`) ? [element("mark", ...parts)] : parts;
    }),
  );
  const why = rejection && [
    element("strong", t("Would be rejected")),
    element("span", plainText(refused === undefined ? rejection.reason : `${refused}: ${rejection.reason}`)),
    refused !== undefined && rejection.stage !== "model"
      ? quietButton(t("Show in mapping"), () => showField(refused))
      : undefined,
  ];
  return element(
    "div.exchange",
    element(
      "div.side",
      element("h4", t("Fields of the record")),
      why && attributes(element("div.refusal.err", ...why), { role: "note" }),
      scrolled(code, t("Fields of the record")),
    ),
    request === undefined ? noRequest(rejection !== undefined) : requestView(request),
  );
}

function requestView(request: WireRequest): HTMLElement {
  const { method, path, headers = {}, body, effect } = request;
  const text =
    body === undefined ? t("(no body)") : typeof body === "string" ? body : JSON.stringify(body, undefined, 2);
  const title =
    effect === "read"
      ? t("Asked first · {0} {1}", method, plainText(path))
      : t("Request as it would be sent · {0} {1}", method, plainText(path));
  const code = element(
    "pre.code",
    ...(typeof body === "string" ? [plainText(text)] : jsonElements(text)),
    "\n",
    ...Object.entries(headers).map(([name, value]) => element("span.dim", `\n${plainText(name)}: ${plainText(value)}`)),
    element("span.dim", `\n${t("Credentials are added when it is sent and are never shown.")}`),
  );
  const heading = element("h4", title);
  heading.title = title;
  return element("div.side", heading, scrolled(code, title));
}

function noRequest(rejected: boolean): HTMLElement {
  const why = rejected
    ? t("Nothing would be sent for this record.")
    : t("The connector needs no request for this record.");
  return element("div.side", element("h4", t("Request")), element("p.invitation", why));
}

function scrolled(code: HTMLElement, label: string): HTMLElement {
  code.tabIndex = 0;
  return attributes(code, { role: "region", "aria-label": label });
}
