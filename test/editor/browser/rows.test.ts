/** The rows of a model in the results panel, by mouse and keys: ordered, filtered, found, copied, exported. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Frame, type Locator, type Page } from "playwright-core";
import { seriousViolations } from "../../support/vscode/axe.mjs";
import { openFile, screenshot, setTheme, webviewFrame } from "../../support/vscode/browser.mjs";
import { openSample, type SampleWindow } from "./window";

describe("rows in the results panel, in a window", function () {
  this.timeout(20_000);
  let window: SampleWindow;
  let page: Page;
  let frame: Frame;

  before(async function () {
    this.timeout(60_000);
    window = await openSample({ trust: false });
    page = window.page;
    page.setDefaultTimeout(12_000);
    writeFileSync(path.join(window.workspace, "syncs/endless.sync.yaml"), endless);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await preview("syncs/contacts.sync.yaml");
    await cell(1, "email").waitFor();
    await setTheme(page, "Dark Modern");
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "rows-failed");
  });

  async function preview(file: string): Promise<void> {
    await openFile(page, file);
    await page
      .locator(".codelens-decoration a", { hasText: /^Preview$/ })
      .first()
      .click();
    frame = await webviewFrame(page, async (one) => (await one.locator("vscode-panels").count()) > 0);
  }
  const names = ["id", "email", "first_name", "last_name", "plan"];
  const head = (name: string): Locator =>
    frame.locator(".grid-head-cell", { has: frame.locator(`.head-name:text-is("${name}")`) });
  /** `row`: from 1, as the grid counts. */
  const cell = (row: number, name: string): Locator =>
    frame.locator(`.rows-row[aria-rowindex="${row + 1}"] .grid-cell[aria-colindex="${names.indexOf(name) + 2}"]`);
  const says = (text: RegExp): Promise<void> => frame.locator(".rows-facts", { hasText: text }).waitFor();

  const all413 = (): Promise<void> => frame.locator(".rows-facts span", { hasText: /^413 rows$/ }).waitFor();

  /** Waits until the engines of this window used as much of the processor, in seconds of it per second. */
  async function engine(wanted: (used: number) => boolean, what: string): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = processorTicks("dist/engine.js");
      await page.waitForTimeout(500);
      if (wanted((processorTicks("dist/engine.js") - before) / 50)) return;
    }
    assert.fail(`The engine never ${what}.`);
  }

  it("sorts by a click on a column's name, and back by the next", async () => {
    await head("id").click();
    await cell(1, "id").and(frame.locator(':text-is("1001")')).waitFor();
    assert.equal(await head("id").getAttribute("aria-sort"), "ascending");
    await head("id").click();
    await frame.locator('.grid-head-cell[aria-sort="descending"]').waitFor();
    await cell(1, "id").and(frame.locator(':not(:text-is("1001"))')).waitFor();
  });

  it("shows the rows that pass a filter, and all of them once it is gone", async () => {
    await head("plan").getByRole("button", { name: "Filter plan" }).click();
    await frame.getByRole("textbox", { name: "Value" }).fill("churned");
    await page.keyboard.press("Enter");
    await says(/57 of 413 rows pass/);
    assert.deepEqual(await seriousViolations(frame), []);
    await frame.getByRole("button", { name: /Remove the filter/ }).click();
    await all413();
  });

  it("finds a text and moves to its cell", async () => {
    await cell(1, "email").click();
    await page.keyboard.press("Control+F");
    await page.keyboard.type("zoe@");
    await frame.locator(".find-count", { hasText: /^1 of 1$/ }).waitFor();
    await frame.locator(".grid-cell.active mark", { hasText: "zoe@" }).waitFor();
    await page.keyboard.press("Escape");
    await frame.locator(".grid-cell.active:focus").waitFor();
  });

  it("copies what is selected as a table", async () => {
    await cell(1, "first_name").click();
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Control+C");
    await says(/Copied 2 × 2 cells/);
    const shown = await Promise.all(
      [1, 2].map(async (row) =>
        (await Promise.all(["first_name", "last_name"].map((name) => cell(row, name).textContent()))).join("\t"),
      ),
    );
    const copied = await page.evaluate("navigator.clipboard.readText()");
    assert.equal(String(copied).trimEnd(), shown.join("\n"));
  });

  it("makes a column wider by its edge", async () => {
    const before = await head("email").boundingBox();
    const edge = await head("email").locator(".head-edge").boundingBox();
    assert.ok(before && edge);
    await page.mouse.move(edge.x + edge.width / 2, edge.y + 5);
    await page.mouse.down();
    await page.mouse.move(edge.x + edge.width / 2 + 60, edge.y + 5, { steps: 3 });
    await page.mouse.up();
    const after = await head("email").boundingBox();
    assert.ok(Math.abs((after?.width ?? 0) - before.width - 60) <= 2);
    assert.equal((await cell(1, "email").boundingBox())?.width, after?.width);
  });

  it("shows a value whole beside its cell, which stays in sight", async () => {
    await cell(1, "plan").click();
    await page.keyboard.press("Enter");
    const pane = frame.getByRole("region", { name: "Value of the chosen cell" });
    await pane.waitFor();
    const [box, own] = [await cell(1, "plan").boundingBox(), await pane.boundingBox()];
    assert.ok(box && own && box.width > 0);
    assert.ok(box.x + box.width <= own.x + 1);
    assert.deepEqual(await seriousViolations(frame), []);
    // The focus is in the grid still.
    await page.keyboard.press("Escape");
    await pane.waitFor({ state: "hidden" });
    await frame.locator(".grid-cell.active:focus").waitFor();
  });

  it("ends the warehouse's query when it is cancelled, and shows the rows there were", async function () {
    if (process.platform !== "linux") this.skip();
    await preview("syncs/endless.sync.yaml");
    const cancel = frame.locator("#view-rows vscode-button:visible", { hasText: "Cancel" });
    await cancel.waitFor();
    await engine((used) => used > 0.1, "is at work");
    await cancel.click();
    await all413();
    await engine((used) => used < 0.05, "is at rest");
  });

  it("exports to a file that the save dialog names", async () => {
    await frame.getByRole("button", { name: "Copy and export" }).click();
    await frame.getByText("Export as CSV…").click();
    const input = page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await page.waitForFunction(() =>
      document.querySelector<HTMLInputElement>(".quick-input-widget input.input")?.value.endsWith(".csv"),
    );
    const file = await input.inputValue();
    await page.keyboard.press("Enter");
    await says(/Exported 413 rows/);
    assert.ok(existsSync(file));
    assert.match(readFileSync(file, "utf8"), /^id,email,first_name/);
  });
});

const endless = `# A query that no warehouse ends in a day.
model: { sql: "select count(*) as id from range(100000000) a, range(100000000) b where a.range % 7 = b.range % 11", key: id }
destination: { connection: exports, object: file, path: endless.csv }
mode: append
fields: { id: id }
`;

/** Hundredths of a second that the processes of this script have used so far. */
function processorTicks(script: string): number {
  const ticks = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(script)) return 0;
        const words = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
        return Number(words[11]) + Number(words[12]);
      } catch {
        return 0;
      }
    });
  return ticks.reduce((sum, each) => sum + each, 0);
}
