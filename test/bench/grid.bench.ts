/** Scrolling 100,000 rows of 30 columns: our grid as it ships, beside a bare virtual grid of the same size. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { requireChromium } from "../support/vscode/debian.mjs";
import { removeFolder, temporaryFolder } from "../support/temporary.mjs";
import { openModels } from "../unit/spool/session";
import { give } from "./measure";

const root = path.join(__dirname, "../..");
const rows = 100_000;
const columns = 30;

async function main(): Promise<void> {
  const folder = temporaryFolder("grid-bench");
  const executablePath = await requireChromium();
  if (executablePath === undefined) throw new Error("Chromium is not installed.");
  const browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
  try {
    const ours = await pageOf(folder, "ours", readFileSync(path.join(root, "dist/webview/results.js"), "utf8"));
    const bare = await pageOf(folder, "bare", await bundled("bare-grid.ts"));
    const results = { ours: [] as Scrolled[], bare: [] as Scrolled[] };
    // In turns, so that what else the machine does falls on both.
    for (let round = 0; round < 2; round += 1) {
      for (const [name, file] of [
        ["bare", bare],
        ["ours", ours],
      ] as const) {
        const page = await browser.newPage({ viewport: { width: 1280, height: 700 } });
        await page.goto(pathToFileURL(file).href);
        results[name].push(await scrolled(page));
        await page.close();
      }
    }
    const best = (of: readonly Scrolled[], what: keyof Scrolled): number => Math.min(...of.map((each) => each[what]));
    const latency = await firstRows();
    give([
      { name: "95th percentile frame, bare virtual grid", value: best(results.bare, "p95"), unit: "ms" },
      { name: "95th percentile frame, our grid", value: best(results.ours, "p95"), unit: "ms" },
      {
        name: "our grid / bare grid",
        value: best(results.ours, "p95") / best(results.bare, "p95"),
        unit: "×",
        most: 1.3,
      },
      { name: "work of a frame, bare virtual grid", value: best(results.bare, "work"), unit: "ms" },
      { name: "work of a frame, our grid", value: best(results.ours, "work"), unit: "ms" },
      { name: "time to first rows in the page", value: best(results.ours, "firstMs"), unit: "ms" },
      { name: "heap of the page after all of it", value: best(results.ours, "heapMb"), unit: "MB", most: 60 },
      { name: "elements in the page", value: best(results.ours, "elements"), unit: "elements", most: 2500 },
      { name: "bare query, 100,000 × 30", value: latency.bareMs, unit: "ms" },
      { name: "preview, first 200 rows of it", value: latency.firstMs, unit: "ms", most: latency.bareMs + 50 },
      { name: "preview, all of it spooled", value: latency.allMs, unit: "ms" },
      { name: "memory the spool adds to the engine", value: latency.addedMb, unit: "MB" },
    ]);
  } finally {
    await browser.close();
    removeFolder(folder);
  }
}

interface Scrolled {
  readonly p95: number;
  readonly work: number;
  readonly firstMs: number;
  readonly heapMb: number;
  readonly elements: number;
}

/** Scrolls down, across and back, a step a frame, with jumps as by the scroll bar. */
async function scrolled(page: Page): Promise<Scrolled> {
  await page.waitForFunction("window.firstRows !== undefined");
  return page.evaluate(async () => {
    const scroller = document.querySelector<HTMLElement>("[data-bench], .rows-scroll") as HTMLElement;
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const times: number[] = [];
    const work: number[] = [];
    for (let warm = 0; warm < 20; warm += 1) await frame();
    let last = await frame();
    for (let step = 0; step < 240; step += 1) {
      if (step % 60 === 59) scroller.scrollTop = ((step * 7919) % 100) * 23_000;
      else if (step % 120 < 60) scroller.scrollTop += 180;
      else scroller.scrollLeft += step % 240 < 180 ? 70 : -70;
      const now = await frame();
      times.push(now - last);
      last = now;
      const began = performance.now();
      scroller.dispatchEvent(new Event("scroll"));
      void scroller.offsetHeight;
      work.push(performance.now() - began);
    }
    const percentile = (of: number[], share: number): number =>
      of.sort((a, b) => a - b)[Math.floor(of.length * share)] ?? 0;
    const memory = (performance as unknown as { memory: { usedJSHeapSize: number } }).memory;
    return {
      p95: percentile(times, 0.95),
      work: percentile(work, 0.95),
      firstMs: (window as unknown as { firstRows: number }).firstRows,
      heapMb: memory.usedJSHeapSize / 1e6,
      elements: document.querySelectorAll("*").length,
    };
  });
}

/** What the extension host would answer, a few milliseconds later as from another process. */
const shim = `
globalThis.__name = (named) => named;
const columns = Array.from({ length: ${columns} }, (_, i) => i % 3 === 0
  ? { name: "n" + i, native: "BIGINT", type: "number" }
  : i % 3 === 1 ? { name: "text" + i, native: "VARCHAR", type: "text" } : { name: "day" + i, native: "DATE", type: "date" });
const cell = (r, c) => c % 3 === 0 ? r * (c + 1) : c % 3 === 1 ? (r % 7 === 0 ? null : "name " + ((r * 7919) % 10007) + " text") : "2026-01-" + String(1 + (r % 28)).padStart(2, "0");
const rowAt = (r) => columns.map((_, c) => cell(r, c));
const style = document.documentElement.style;
for (const [name, value] of Object.entries({ "font-family": "sans-serif", "font-size": "13px", "editor-font-family": "monospace", "editor-font-size": "13px", "panel-border": "#333", "foreground": "#ccc", "editor-background": "#1e1e1e" })) style.setProperty("--vscode-" + name, value);
const began = performance.now();
const say = (message) => window.dispatchEvent(new MessageEvent("message", { data: message }));
const preview = { result: "r", columns, rows: ${rows}, truncated: false, ms: 100 };
const empty = { state: "empty" };
window.acquireVsCodeApi = () => ({
  getState: () => undefined,
  setState: () => undefined,
  postMessage(message) {
    if (message.type === "ready") setTimeout(() => say({ type: "state", state: { tab: "rows", rows: { state: "ready", subject: { sync: "s", target: "dev" }, result: preview, id: "r" }, pinned: [], records: empty, plan: empty, run: empty } }));
    if (message.type !== "ask") return;
    const { id, ask } = message;
    if (ask.name === "rows") setTimeout(() => say({ type: "answer", id, answer: structuredClone({ rows: Array.from({ length: ask.limit }, (_, i) => rowAt(ask.offset + i)) }) }), 8);
  },
});
const look = () => {
  const first = document.querySelector(".grid-cell:not(.loading), [data-bench] div div");
  if (first !== null && first.textContent !== "…") window.firstRows = performance.now() - began;
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
`;

async function pageOf(folder: string, name: string, script: string): Promise<string> {
  const file = path.join(folder, `${name}.html`);
  const style = readFileSync(path.join(root, "dist/webview/results.css"), "utf8");
  const safe = script.replaceAll("</script", "<\\/script");
  writeFileSync(
    file,
    `<!DOCTYPE html><meta charset="utf-8"><style>${style}</style><body><script>${shim}</script><script>${safe}</script></body>`,
  );
  return file;
}

async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, name)],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
  });
  return outputFiles[0]?.text ?? "";
}

/** How much later than the bare query the first rows of a preview are there: medians of five. */
async function firstRows(): Promise<Readonly<Record<"bareMs" | "firstMs" | "allMs" | "addedMb", number>>> {
  const list = Array.from({ length: columns - 1 }, (_, i) =>
    i % 3 === 0
      ? `id * ${i + 1} as n${i}`
      : i % 3 === 1
        ? `'name ' || (id * 7919 % 10007) || ' text' as s${i}`
        : `date '2026-01-01' + (id % 300)::int as d${i}`,
  );
  const sql = `select id, ${list.join(", ")} from range(${rows}) r(id)`;
  const bare = await (await DuckDBInstance.create(":memory:")).connect();
  const models = openModels();
  const taken = { bareMs: [] as number[], firstMs: [] as number[], allMs: [] as number[] };
  try {
    await models.preview("select 1 as id");
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 5; round += 1) {
      let began = performance.now();
      await bare.run(`create or replace temp table bare as ${sql}`);
      taken.bareMs.push(performance.now() - began);
      began = performance.now();
      let preview = await models.calls.preview(models.place, models.source(sql), { early: true });
      const { result } = preview;
      await models.calls.window({ result, offset: 0, limit: 200, excerpt: 300 });
      taken.firstMs.push(performance.now() - began);
      while (preview.coming) preview = await models.calls.arriving({ result, rows: preview.rows });
      taken.allMs.push(performance.now() - began);
      if (preview.rows !== rows) throw new Error(`${preview.rows} rows were spooled`);
      await models.calls.drop({ result });
    }
    const median = (of: number[]): number => of.sort((a, b) => a - b)[2] ?? 0;
    return {
      bareMs: median(taken.bareMs),
      firstMs: median(taken.firstMs),
      allMs: median(taken.allMs),
      addedMb: (process.memoryUsage().rss - before) / 1e6,
    };
  } finally {
    await models.close();
  }
}

void main();
