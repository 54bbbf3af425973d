/** One record from its preview to its run, results kept and set apart: by clicks, and without a barrier. */
import assert from "node:assert/strict";
import { type Frame, type Page } from "playwright-core";
import { openFile, pick, screenshot, setTheme, webviewFrame } from "../../support/vscode/browser.mjs";
import { seriousViolations } from "../../support/vscode/axe.mjs";
import { inThemes, openSample, type SampleWindow } from "./window";

const contacts = "syncs/contacts.sync.yaml";

describe("one record and its results, in a window", function () {
  this.timeout(45_000);
  let window: SampleWindow;
  let page: Page;

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
    page.setDefaultTimeout(12_000);
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "results-failed");
  });

  const results = (): Promise<Frame> =>
    webviewFrame(page, async (frame) => (await frame.locator("vscode-panels").count()) > 0);
  const lens = (title: string) => page.locator(".codelens-decoration a", { hasText: new RegExp(`^${title}$`) }).first();
  const press = async (frame: Frame, label: string): Promise<void> =>
    frame.locator("vscode-button:visible", { hasText: label }).first().click();
  /** A plan that was not there before; how a first run begins is asked only where nothing was sent yet. */
  const dryRun = async (): Promise<Frame> => {
    await lens("Dry run").click();
    const frame = await results();
    const question = page.locator(".quick-input-widget .monaco-list-row", { hasText: "Send everything" });
    const plan = frame.locator("vscode-button:visible", { hasText: "Run this plan" });
    await Promise.race([question.first().waitFor(), plan.waitFor()]);
    if (await question.first().isVisible()) await pick(page, "", "Send everything");
    await plan.waitFor();
    return frame;
  };

  it("shows a record with the request it becomes, and finds it by its key", async () => {
    await openFile(page, contacts);
    await lens("Records").waitFor();
    await setTheme(page, "Dark Modern");
    await lens("Records").click();
    const frame = await results();
    await frame.locator("h4", { hasText: "Request as it would be sent" }).waitFor();
    const field = frame.locator("#view-records vscode-text-field input");
    await field.fill("1001");
    await field.press("Enter");
    await frame.locator("#view-records .list-row.chosen", { hasText: "1001" }).waitFor();
    assert.equal(await frame.locator("#view-records .list-row").count(), 1);
    await inThemes(page, "results-1-records");
    assert.deepEqual(await seriousViolations(frame), []);
  });

  it("sends just this one, once the question about it is answered", async () => {
    const frame = await results();
    await press(frame, "Send just this one");
    await pick(page, "", "Send everything");
    await page
      .locator(".monaco-dialog-box .monaco-button", { hasText: /^Send$/ })
      .first()
      .click();
    await frame.locator("span.ok", { hasText: "1 created" }).waitFor({ timeout: 30_000 });
    await frame.locator(".list-row", { hasText: "Requests and responses that were kept" }).click();
    await frame
      .locator("#view-run .exchange h4", { hasText: "Response · 201" })
      .or(frame.locator("#view-run .exchange h4", { hasText: "Response · 200" }))
      .first()
      .waitFor();
    await inThemes(page, "results-2-one");
    assert.deepEqual(await seriousViolations(frame), []);
  });

  it("searches everything the run was told", async () => {
    const frame = await results();
    await frame.locator("#view-run vscode-text-field input").fill("LIFECYCLE");
    await frame.locator("#view-run .list-row mark").first().waitFor();
    await screenshot(page, "results-3-search-dark");
  });

  it("keeps a pinned plan beside a newer one", async () => {
    const frame = await dryRun();
    await frame.locator(".plan-item").first().click();
    await frame.locator("button.quiet", { hasText: "Pin" }).first().click();
    await lens("Dry run").click();
    await frame.locator("#view-plan .chip", { hasText: "Newest" }).waitFor();
    await frame.locator("#view-plan .chip", { hasText: "contacts" }).click();
    await frame.locator('#view-plan .chip[aria-pressed="true"]', { hasText: "contacts" }).waitFor();
    await inThemes(page, "results-4-pinned");
    assert.deepEqual(await seriousViolations(frame), []);
  });

  it("compares one change in the diff editor", async () => {
    const frame = await dryRun();
    await frame.locator("#view-plan .plan-item").first().click();
    await press(frame, "Compare");
    await page.locator(".monaco-diff-editor").waitFor();
    await screenshot(page, "results-5-compare-dark");
  });

  it("sets a result apart, and finds it again after a reload of the window", async () => {
    await openFile(page, contacts);
    const frame = await dryRun();
    await frame.locator("button.quiet", { hasText: "Open in editor" }).click();
    const apart = (): Promise<Frame> =>
      webviewFrame(page, async (one) => (await one.locator("body.alone .plan-item").count()) > 0, { timeout: 40_000 });
    await apart();
    await inThemes(page, "results-6-apart");
    await page.waitForFunction(isRemembered, "sluice.result", { timeout: 20_000, polling: 500 });
    await page.reload();
    await page.locator(".monaco-workbench .statusbar-item").first().waitFor();
    await apart();
    assert.deepEqual(await seriousViolations(await apart()), []);
  });
});

/** The workbench in a browser writes down every few seconds which editors it shows; a reload before that forgets them. */
async function isRemembered(viewType: string): Promise<boolean> {
  for (const { name = "" } of await indexedDB.databases()) {
    if (!name.startsWith("vscode-web-state-db")) continue;
    const opening = indexedDB.open(name);
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const reading = opening.result
      .transaction("ItemTable")
      .objectStore("ItemTable")
      .get("memento/workbench.parts.editor");
    await new Promise((resolve) => (reading.onsuccess = resolve));
    opening.result.close();
    if (typeof reading.result === "string" && reading.result.includes(viewType)) return true;
  }
  return false;
}
