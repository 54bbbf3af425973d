/** The whole job as a user does it: in a window, by clicks and keys. Its pictures are in test/artifacts. */
import assert from "node:assert/strict";
import { type Frame, type Page } from "playwright-core";
import { openFile, pick, runCommand, screenshot, setTheme, webviewFrame } from "../../support/vscode/browser.mjs";
import { inThemes, openSample, type SampleWindow } from "./window";

const contacts = "syncs/contacts.sync.yaml";

describe("from a model to mended records, in a window", function () {
  this.timeout(180_000);
  let window: SampleWindow;
  let page: Page;

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "failed");
  });

  const results = (): Promise<Frame> =>
    webviewFrame(page, async (frame) => (await frame.locator("vscode-panels").count()) > 0);
  const lens = (title: string) => page.locator(".codelens-decoration a", { hasText: new RegExp(`^${title}$`) }).first();

  it("previews the model from the lens above the file", async () => {
    await openFile(page, contacts);
    await lens("Preview").waitFor();
    // Not before: themes are there once extensions are.
    await setTheme(page, "Dark Modern");
    await lens("Preview").click();
    const frame = await results();
    await frame.locator(".grid-cell", { hasText: "@" }).first().waitFor();
    assert.ok((await frame.locator(".grid-head-cell").count()) >= 5);
    assert.ok((await frame.locator(".grid-cell.null").count()) > 0);
    await inThemes(page, "1-rows");
  });

  it("moves through the rows by keyboard", async () => {
    const frame = await results();
    await frame.locator(".grid-cell").first().click();
    await page.keyboard.press("Control+End");
    const focused = frame.locator(".grid-cell:focus");
    await focused.waitFor();
    assert.ok(Number(await focused.locator("..").getAttribute("aria-rowindex")) > 400);
  });

  it("shows the records that the destination would get", async () => {
    await lens("Records").click();
    const frame = await results();
    await frame.locator(".payload", { hasText: "lifetime_value" }).first().waitFor();
    await screenshot(page, "2-records-dark");
  });

  it("plans, after asking how the first run begins", async () => {
    await lens("Dry run").click();
    await pick(page, "", "Send everything");
    const frame = await results();
    await frame.locator(".plan-item").first().waitFor();
    await frame.locator("vscode-button", { hasText: "Run this plan" }).waitFor();
    await inThemes(page, "3-plan");
  });

  it("filters the plan by action and by text", async () => {
    const frame = await results();
    await frame.locator("vscode-checkbox", { hasText: "create" }).click();
    await frame.locator(".sign.err", { hasText: "✕" }).first().waitFor();
    assert.equal(await frame.locator(".sign.ok").count(), 0);
    await frame.locator("vscode-checkbox", { hasText: "create" }).click();
    await frame.locator("#view-plan vscode-text-field input").fill("zoe@");
    await frame.locator(".plan-item", { hasText: "zoe@hooli" }).waitFor();
    assert.equal(await frame.locator(".plan-item").count(), 1);
  });

  it("runs the plan and opens a refused record's request and response", async () => {
    const frame = await results();
    await frame.locator("vscode-button", { hasText: "Run this plan" }).click();
    const group = frame.locator(".list-row", { hasText: "Email address" }).first();
    await group.waitFor({ timeout: 60_000 });
    const height = async () => (await frame.locator("#view-run .toolbar").boundingBox())?.height;
    const before = await height();
    await group.click();
    assert.equal(await height(), before);
    await frame.locator("#view-run .exchange .code mark").first().waitFor();
    const texts = await frame.locator("#view-run .exchange .code").allTextContents();
    assert.match(texts[0] ?? "", /jean@bartik/);
    assert.match(texts[1] ?? "", /INVALID_EMAIL/);
    assert.doesNotMatch(texts.join("\n").toLowerCase(), /bearer/);
    await inThemes(page, "4-run");
  });

  it("keeps what it shows while the panel is hidden", async () => {
    await runCommand(page, "View: Toggle Panel Visibility");
    await runCommand(page, "View: Toggle Panel Visibility");
    const frame = await results();
    await frame.locator(".list-row", { hasText: "Email address" }).first().waitFor();
  });

  it("lists the rejections in Problems, on the lines that caused them", async () => {
    await runCommand(page, "Problems: Focus on Problems View");
    const panel = page.locator(".markers-panel");
    await panel.locator(".monaco-list-row", { hasText: "rejected" }).first().waitFor();
    await inThemes(page, "5-problems");
    // What the check of the values warns of stands in the same list; these are the rejections alone.
    const filter = page.locator(".viewpane-filter input").first();
    await filter.fill("rejected:");
    await panel.locator(".monaco-count-badge", { hasText: /^7$/ }).first().waitFor();
    await filter.fill("");
  });

  it("leads from a problem to its records", async () => {
    const row = page.locator(".markers-panel .monaco-list-row", { hasText: "no entry for the row" }).first();
    await row.locator("a", { hasText: "show records" }).click();
    const frame = await results();
    await frame.locator(".list-row.chosen", { hasText: "no entry for the row" }).first().waitFor();
  });

  it("mends the mapping and retries these records", async () => {
    await openFile(page, contacts);
    await page.keyboard.press("ControlOrMeta+H");
    await page.keyboard.type("trial: lead }");
    await page.keyboard.press("Tab");
    await page.keyboard.type("trial: lead, churned: other }");
    await page.keyboard.press("ControlOrMeta+Alt+Enter");
    await page.keyboard.press("Escape");
    const frame = await results();
    await frame.locator("vscode-button", { hasText: "Retry these records" }).click();
    await frame.locator("span.ok", { hasText: "57 created" }).waitFor({ timeout: 60_000 });
    await screenshot(page, "6-retried-dark");
  });

  it("shows syncs, connections and runs in the side bar", async () => {
    await runCommand(page, "View: Show Sluice");
    await page.locator(".monaco-list-row", { hasText: "contacts" }).first().waitFor();
    await page.locator(".monaco-list-row", { hasText: "analytics" }).first().click();
    await page.locator(".monaco-list-row", { hasText: "customers" }).first().waitFor();
    await inThemes(page, "7-views");
  });

  it("colours the status bar for a target that asks before it writes", async () => {
    await openFile(page, contacts);
    await runCommand(page, "Sluice: Select Target");
    await pick(page, "", "prod");
    await page.locator(".statusbar-item.warning-kind", { hasText: "prod" }).waitFor();
    await screenshot(page, "8-production-dark");
  });
});
