/** The lower half of a run: a list of records, exchanges or finds, and beside it the request and response of the chosen one. */
import { t } from "../text";
import { type Rejection } from "../../src/record";
import { type ExchangeSummary, type RunHit, type RunReport } from "../../src/run/report";
import { count, keyText } from "../cells";
import { attributes, element } from "../dom";
import { virtualList, type VirtualList } from "../list";
import { type Pages, pages } from "../pages";
import { plainLine, plainText } from "../plain-text";
import { windowSize } from "../protocol";
import { quietButton } from "../quiet";
import { exchangeView } from "./exchange-view";
import { ask, post } from "./host";

const rowHeight = 24;

export interface Details {
  readonly element: HTMLElement;
  dispose(): void;
}

/** The records of one group of rejections. */
export function groupRecords(report: RunReport, group: number): Details {
  return listAndExchange<Rejection>(report.id, {
    label: t("Rejected records"),
    columns: "minmax(60px, 140px) 1fr",
    header: [t("key"), t("reason")],
    pages: (hooks) =>
      pages({
        count: report.groups[group]?.count ?? 0,
        fetch: (offset, limit) => ask("rejections", { run: report.id, group, offset, limit }),
        ...hooks,
      }),
    cells: ({ key, reason }) => [cell("div.cell.mono", keyText(key, 1)), cell("div.cell", plainText(reason))],
    exchange: ({ exchange }) => exchange,
    rejection: (rejection) => rejection,
    group,
  });
}

/** Every exchange that was kept. Their number is known once the last window is here. */
export function exchangesOf(run: string): Details {
  return listAndExchange<ExchangeSummary>(run, {
    label: t("Requests that were kept"),
    columns: "60px minmax(80px, 1fr) 60px 90px 90px",
    header: [t("status"), t("request"), t("ms"), t("changes"), t("time")],
    pages: (hooks) =>
      pages({ count: windowSize * 500, fetch: (offset, limit) => ask("exchanges", { run, offset, limit }), ...hooks }),
    cells: ({ status, method, url, ms, changes, at }) => [
      cell(status !== undefined && status < 400 ? "div.cell.ok" : "div.cell.err", String(status ?? "—")),
      cell("div.cell.mono", plainLine(`${method} ${pathOf(url)}`)),
      cell("div.cell.right", count(ms)),
      cell("div.cell.right", count(changes)),
      cell("div.cell.dim", new Date(at).toLocaleTimeString()),
    ],
    exchange: ({ id }) => id,
    rejection: () => undefined,
  });
}

/** Where some text stands in the run's rejections and exchanges. */
export function hitsOf(report: RunReport, text: string): Details {
  return listAndExchange<RunHit>(report.id, {
    label: t("Found"),
    columns: "minmax(60px, 160px) 90px 1fr",
    header: [t("record or request"), t("where"), t("text")],
    pages: (hooks) =>
      pages({
        count: windowSize * 500,
        fetch: async (offset, limit) => (await ask("searchRun", { run: report.id, text, offset, limit })).hits,
        ...hooks,
      }),
    cells: ({ rejection, exchange, where, excerpt }) => [
      cell(
        "div.cell.mono",
        rejection ? keyText(rejection.key, 1) : plainLine(`${exchange?.method ?? ""} ${pathOf(exchange?.url ?? "")}`),
      ),
      cell("div.cell.dim", whereName(where)),
      excerptCell(excerpt),
    ],
    exchange: ({ rejection, exchange }) => exchange?.id ?? rejection?.exchange,
    rejection: ({ rejection }) => rejection,
    none: t("Nothing in this run says “{0}”.", plainText(text)),
  });
}

interface ListOptions<Item> {
  readonly label: string;
  readonly columns: string;
  readonly header: readonly string[];
  pages(hooks: { onLoad(): void; onError(message: string): void }): Pages<Item>;
  cells(item: Item): readonly HTMLElement[];
  exchange(item: Item): string | undefined;
  rejection(item: Item): Rejection | undefined;
  /** Of the rejections' group, so that one of them can be retried. */
  readonly group?: number;
  /** What to say of an empty list. */
  readonly none?: string;
}

function listAndExchange<Item>(run: string, options: ListOptions<Item>): Details {
  const side = element("div.exchange-box", invitation(t("Choose a line to see its request and response.")));
  const note = attributes(element("span.err"), { role: "status" });
  let chosen = -1;
  let opened = false;
  const items = options.pages({
    onLoad() {
      list.refresh();
      if (!opened && items.at(0) !== undefined) open(0);
      if (items.count === 0 && options.none !== undefined) side.replaceChildren(invitation(options.none));
    },
    onError: (message) => (note.textContent = message),
  });

  function open(index: number): void {
    const item = items.at(index);
    if (item === undefined) return;
    opened = true;
    chosen = index;
    list.refresh();
    void showExchange(
      { run, exchange: options.exchange(item), rejection: options.rejection(item), group: options.group },
      side,
      () => chosen === index,
    );
  }

  const list: VirtualList = virtualList({
    label: options.label,
    columns: options.columns,
    header: options.header,
    count: () => items.count,
    size: () => rowHeight,
    render(index) {
      const item = items.at(index);
      const row = element("div", ...(item === undefined ? [cell("div.cell.loading", "…")] : options.cells(item)));
      if (index === chosen) attributes(row, { "aria-selected": "true" }).classList.add("chosen");
      return row;
    },
    onChoose: open,
  });
  return {
    element: element("div.filled", note, element("div.records", list.element, side)),
    dispose: () => list.dispose(),
  };
}

interface Wanted {
  readonly run: string;
  readonly exchange: string | undefined;
  readonly rejection: Rejection | undefined;
  readonly group: number | undefined;
}

async function showExchange(wanted: Wanted, side: HTMLElement, current: () => boolean): Promise<void> {
  const { run, exchange: id, rejection } = wanted;
  const head = rejection && rejectionHead(wanted, rejection);
  const say = (text: string): void => {
    if (current()) side.replaceChildren(...(head ? [head] : []), invitation(text));
  };
  if (id === undefined) {
    return say(
      rejection?.stage === "destination"
        ? t("No request was kept for this record.")
        : t("Nothing was sent for this record."),
    );
  }
  try {
    const exchange = await ask("exchange", { run, exchange: id });
    if (exchange === undefined) return say(t("The request was kept, but is no longer there."));
    if (current()) side.replaceChildren(...(head ? [head] : []), exchangeView(exchange, rejection));
  } catch (error) {
    say((error as Error).message);
  }
}

/** What was refused, in words, and the way to try it again alone. */
function rejectionHead({ run, group }: Wanted, rejection: Rejection): HTMLElement {
  const { key, field, reason, code, status } = rejection;
  const facts = [
    keyText(key, 1),
    ...(field === undefined ? [] : [plainText(field)]),
    ...(status === undefined ? [] : [String(status)]),
    plainText(code),
  ];
  return element(
    "div.refusal",
    element("strong.mono", facts.join(" · ")),
    attributes(element("span.err", plainText(reason)), { title: plainText(reason) }),
    group === undefined
      ? undefined
      : quietButton(t("Retry this record"), () => post({ type: "retry", run, group, key }), {
          title: t("Plan and send today's row of this record alone"),
        }),
  );
}

function excerptCell({ text, at, length }: RunHit["excerpt"]): HTMLElement {
  const found = cell("div.cell.mono", "");
  found.append(
    plainLine(text.slice(0, at)),
    ...(length === 0 ? [] : [element("mark", plainLine(text.slice(at, at + length)))]),
    plainLine(text.slice(at + length)),
  );
  return found;
}

function whereName(where: RunHit["where"]): string {
  switch (where) {
    case "key":
      return t("key");
    case "reason":
      return t("reason");
    case "field":
      return t("field");
    case "url":
      return t("address");
    case "request":
      return t("request");
    case "response":
      return t("response");
  }
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url;
}

function invitation(text: string): HTMLElement {
  return element("p.invitation", text);
}

function cell(shape: string, text: string): HTMLElement {
  return attributes(element(shape, text), { role: "gridcell" });
}
