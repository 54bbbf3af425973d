/** A rejected record's request and response, side by side, with what speaks of the record marked. */
import { type Exchange, type Rejection } from "../../src/record";
import { plainText } from "../plain-text";
import { count, prettyBody } from "./cells";
import { element } from "./dom";

export function exchangeView(exchange: Exchange, rejection: Rejection): HTMLElement {
  const { request, response } = exchange;
  const words = wordsOf(rejection);
  const answer = response
    ? `Response · ${response.status} · ${count(exchange.ms)} ms · credentials never recorded`
    : `No response · ${plainText(exchange.failure ?? "the connection ended")}`;
  return element(
    "div.exchange",
    side(`Request · ${request.method} ${plainText(request.url)}`, request.headers, request.body, words),
    side(answer, response?.headers ?? {}, response?.body, words),
  );
}

function side(
  title: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  words: readonly string[],
): HTMLElement {
  const lines = plainText(prettyBody(body)).split("\n");
  const code = element(
    "pre.code",
    ...Object.entries(headers).map(([name, value]) => element("span.dim", `${plainText(name)}: ${plainText(value)}\n`)),
    "\n",
    ...lines.map((line) => {
      const marked = words.some((word) => line.includes(word));
      return marked ? element("mark", `${line}\n`) : `${line}\n`;
    }),
  );
  code.tabIndex = 0;
  // A batch is long: begin where it speaks of this record.
  requestAnimationFrame(() => code.querySelector("mark")?.scrollIntoView({ block: "center" }));
  return element("div.side", element("h4", title), code);
}

/** What to look for: the record's key as a JSON string, and the reason in the vendor's words. */
function wordsOf(rejection: Rejection): readonly string[] {
  const parts = Array.isArray(rejection.key) ? rejection.key : [rejection.key];
  const keys = parts.filter((part) => part !== null).map((part) => JSON.stringify(String(part)));
  return [...keys, plainText(JSON.stringify(rejection.reason)).slice(1, -1)].filter((word) => word.length > 1);
}
