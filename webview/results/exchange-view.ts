/** A request and its response, side by side, with what speaks of a refused record marked. */
import { t } from "../text";
import { type Exchange, type Rejection } from "../../src/record";
import { plainText } from "../plain-text";
import { count, prettyBody } from "../cells";
import { attributes, element } from "../dom";
import { jsonElements } from "../json-view";
import { quietButton } from "../quiet";
import { curlOf } from "./curl";
import { post } from "./host";
import { marksOf } from "./marks";

/** `rejection`: the record it is looked at for. */
export function exchangeView(exchange: Exchange, rejection?: Rejection): HTMLElement {
  const { request, response } = exchange;
  const marks =
    rejection === undefined
      ? { request: [], response: [] }
      : marksOf({ request: request.body, response: response?.body, key: rejection.key, reason: rejection.reason });
  const answer = response
    ? t("Response · {0} · {1} ms · credentials never recorded", response.status ?? request.method, count(exchange.ms))
    : t("No response · {0}", plainText(exchange.failure ?? t("the connection ended")));
  const copyCurl = isHttp(request.url)
    ? quietButton(t("Copy as cURL"), () => post({ type: "copy", text: curlOf(exchange) }), {
        title: t("A command for a terminal, without credentials"),
      })
    : undefined;
  const copyAnswer =
    response && quietButton(t("Copy response"), () => post({ type: "copy", text: prettyBody(response.body) }));
  return element(
    "div.exchange",
    side(t("Request · {0} {1}", request.method, plainText(request.url)), request, marks.request, copyCurl),
    side(answer, response ?? { headers: {}, body: "" }, marks.response, copyAnswer),
  );
}

/** Statements of a database have no command of curl's. */
function isHttp(url: string): boolean {
  return /^https?:/.test(url);
}

function side(
  title: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
  marks: readonly string[],
  action: HTMLElement | undefined,
): HTMLElement {
  const lines = prettyBody(message.body).split("\n");
  const code = element(
    "pre.code",
    ...lines.flatMap((line) => {
      const parts = [...jsonElements(line), "\n"];
      return marks.some((mark) => line.includes(mark)) ? [element("mark", ...parts)] : parts;
    }),
    "\n",
    ...Object.entries(message.headers).map(([name, value]) =>
      element("span.dim", `${plainText(name)}: ${plainText(value)}\n`),
    ),
  );
  attributes(code, { tabindex: 0, role: "region", "aria-label": title });
  // A batch is long: begin where it speaks of this record.
  requestAnimationFrame(() => {
    const mark = code.querySelector<HTMLElement>("mark");
    if (mark !== null) code.scrollTop = mark.offsetTop - code.offsetTop - code.clientHeight / 3;
  });
  const heading = element("h4", element("span.side-title", title), action);
  heading.title = title;
  return element("div.side", heading, code);
}
