/** A rejected record's request and response, side by side, with what speaks of the record marked. */
import { type Exchange, type Rejection } from "../../src/record";
import { plainText } from "../plain-text";
import { count, prettyBody } from "../cells";
import { element } from "../dom";
import { marksOf } from "./marks";

export function exchangeView(exchange: Exchange, rejection: Rejection): HTMLElement {
  const { request, response } = exchange;
  const { key, reason } = rejection;
  const marks = marksOf({ request: request.body, response: response?.body, key, reason });
  const answer = response
    ? `Response · ${response.status} · ${count(exchange.ms)} ms · credentials never recorded`
    : `No response · ${plainText(exchange.failure ?? "the connection ended")}`;
  return element(
    "div.exchange",
    side(`Request · ${request.method} ${plainText(request.url)}`, request, marks.request),
    side(answer, response ?? { headers: {}, body: "" }, marks.response),
  );
}

function side(
  title: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
  marks: readonly string[],
): HTMLElement {
  const lines = prettyBody(message.body).split("\n");
  const code = element(
    "pre.code",
    ...lines.map((line) => {
      const text = `${plainText(line)}\n`;
      return marks.some((mark) => line.includes(mark)) ? element("mark", text) : text;
    }),
    "\n",
    ...Object.entries(message.headers).map(([name, value]) =>
      element("span.dim", `${plainText(name)}: ${plainText(value)}\n`),
    ),
  );
  code.tabIndex = 0;
  // A batch is long: begin where it speaks of this record.
  requestAnimationFrame(() => {
    const mark = code.querySelector<HTMLElement>("mark");
    if (mark !== null) code.scrollTop = mark.offsetTop - code.offsetTop - code.clientHeight / 3;
  });
  const heading = element("h4", title);
  heading.title = title;
  return element("div.side", heading, code);
}
