/** One engineer's whole story, from the walkthrough to an empty list of problems. Its pictures are in test/artifacts. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Frame, type Page } from "playwright-core";
import { openFile, pick, runCommand, screenshot, webviewFrame } from "../../support/vscode/browser.mjs";
import { openSample, type SampleWindow } from "./window";

const contacts = "syncs/contacts.sync.yaml";

describe("a sync authored, mapped, previewed and mended, in a window", function () {
  this.timeout(120_000);
  this.bail(true);
  let window: SampleWindow;
  let page: Page;
  let mapping: Frame;
  let original: string;

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
    page.setDefaultTimeout(25_000);
    original = onDisk(contacts);
    writeFileSync(path.join(window.workspace, "syncs/wide.sync.yaml"), wide());
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "story-failed");
  });

  const onDisk = (file: string): string => readFileSync(path.join(window.workspace, file), "utf8");
  const lens = (title: string) =>
    page
      .locator(".editor-group-container.active .codelens-decoration a", { hasText: new RegExp(`^${title}$`) })
      .first();
  const results = (): Promise<Frame> =>
    webviewFrame(page, async (frame) => (await frame.locator("vscode-panels").count()) > 0);
  const row = (field: string) => mapping.locator(`.row[data-name="${field}"]`);
  const problem = (text: string | RegExp) =>
    page.locator(".markers-panel .monaco-list-row").filter({ has: page.locator(".marker-icon"), hasText: text });

  /** Saved by the user until what was done has arrived in the text. */
  async function saves(file: string, wanted: (text: string) => boolean): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await runCommand(page, "File: Save All Files");
      if (wanted(onDisk(file))) return;
      await page.waitForTimeout(500);
      if (wanted(onDisk(file))) return;
    }
    assert.fail(`Never as wanted:\n${onDisk(file)}`);
  }

  it("begins with a walkthrough that names its steps", async () => {
    await openFile(page, contacts);
    await lens("Preview").waitFor();
    await runCommand(page, "Sluice: Get Started");
    const steps = page.locator('.getting-started-step[data-step-id*="firstSync#"]');
    await steps.nth(7).waitFor();
    const ids = await steps.evaluateAll((all) => all.map((each) => each.getAttribute("data-step-id")?.split("#")[2]));
    assert.deepEqual(ids, ["sample", "preview", "map", "dryRun", "run", "rejection", "retry", "own"]);
    await screenshot(page, "story-1-walkthrough");
  });

  it("maps by a proposal", async () => {
    await openFile(page, contacts);
    await lens("Map fields").click();
    mapping = await webviewFrame(page, async (each) => (await each.locator(".page .row").count()) > 0);
    await row("lastname").locator(".row-head").focus();
    await page.keyboard.press("Delete");
    const proposal = mapping.locator(".proposal", { hasText: "last_name" });
    await proposal.locator(".proposal-why", { hasText: "name" }).waitFor();
    await screenshot(page, "story-2-proposal");
    await proposal.locator("button", { hasText: "Accept" }).click();
    await saves(contacts, (text) => /^ {2}lastname: last_name$/m.test(text));
  });

  it("edits a mapping by keyboard, and the comments stay", async () => {
    await row("firstname").locator(".row-head").focus();
    await page.keyboard.press("Enter");
    const nulls = row("firstname").locator('select[aria-label="What a NULL does"]');
    for (let tabs = 0; tabs < 20 && !(await nulls.evaluate((each) => each === document.activeElement)); tabs += 1)
      await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await saves(contacts, (text) => text.includes("firstname: { column: first_name, nulls: skip }"));
    assert.match(onDisk(contacts), /write: create_only } # people edit their titles in HubSpot/);
    await screenshot(page, "story-3-mapped");
  });

  it("undoes it all, to the byte", async () => {
    const undo = mapping.locator('button[aria-label="Undo"]');
    // Monaco writes spaces that do not break.
    const line = (text: string) =>
      page.locator(".view-line", { hasText: new RegExp(`^\\s*${text.replace(/ /g, "\\s")}`) }).first();
    await undo.click();
    await line("firstname: first_name").waitFor();
    await undo.click();
    await line("lastname:").waitFor({ state: "hidden" });
    await undo.click();
    await line("lastname: { column").waitFor();
    await saves(contacts, (text) => text === original);
  });

  it("previews 100,000 rows of 30 columns and goes to the last by keyboard", async () => {
    await openFile(page, "syncs/wide.sync.yaml");
    await page.locator(".monaco-editor .view-line", { hasText: "Wide rows" }).waitFor();
    await lens("Preview").click();
    const frame = await results();
    await frame.locator("vscode-button", { hasText: "Load 100,000" }).click({ timeout: 60_000 });
    await frame.locator(".rows-facts span", { hasText: /^100,000 rows$/ }).waitFor({ timeout: 60_000 });
    await frame.locator(".rows-facts", { hasText: "30 columns" }).waitFor();
    await frame.locator('.rows-row[aria-rowindex="2"] .grid-cell[aria-colindex="2"]').click();
    await page.keyboard.press("PageDown");
    await page.keyboard.press("Control+End");
    const last = frame.locator('.rows-row[aria-rowindex="100001"]');
    await last.locator(".grid-cell.active", { hasText: "2899971" }).waitFor();
    await page.keyboard.press("Home");
    await last.locator(".grid-cell.active", { hasText: "99999" }).waitFor();
    await screenshot(page, "story-4-rows");
  });

  it("plans, runs the plan, and reads a rejection's request beside its response", async () => {
    // The file is open twice, as text and as mappings beside it.
    await page.keyboard.press("ControlOrMeta+1");
    await openFile(page, contacts);
    await lens("Dry run").click();
    await pick(page, "", "Send everything");
    const frame = await results();
    await frame.locator("vscode-button", { hasText: "Run this plan" }).click({ timeout: 60_000 });
    await frame.locator(".list-row", { hasText: "Email address" }).first().click({ timeout: 60_000 });
    const sides = frame.locator("#view-run .exchange .side");
    await sides.locator(".code mark").first().waitFor();
    const [request, response] = await Promise.all([sides.nth(0).boundingBox(), sides.nth(1).boundingBox()]);
    assert.ok(request && response && request.x + request.width <= response.x && request.y === response.y);
    assert.match((await sides.nth(0).textContent()) ?? "", /jean@bartik/);
    assert.match((await sides.nth(1).textContent()) ?? "", /INVALID_EMAIL/);
    await screenshot(page, "story-5-rejection");
  });

  async function rejections(shown: number): Promise<void> {
    await runCommand(page, "Problems: Focus on Problems View");
    const filter = page.locator(".viewpane-filter input").first();
    await filter.fill("rejected:");
    if (shown === 0)
      await page.locator(".markers-panel", { hasText: /No results found|No problems have been detected/ }).waitFor();
    else {
      const badge = page.locator(".viewpane-filter-badge");
      // Attached: a narrow panel hides it.
      const asWanted = badge.filter({ hasText: new RegExp(`^Showing ${shown} of `) });
      await asWanted.waitFor({ state: "attached" }).catch(async () => {
        const lines = await page.locator(".markers-panel .monaco-list-row").allInnerTexts();
        assert.fail(`${shown} rejections wanted: ${await badge.innerText()}\n${lines.join("\n")}`);
      });
    }
  }

  async function fix(text: string | RegExp, title: string): Promise<void> {
    await problem(text).first().click();
    await problem(text).first().locator(".quickFix").waitFor({ state: "attached" });
    await page.keyboard.press("ControlOrMeta+.");
    const entry = page.locator(".monaco-menu .action-label", { hasText: title }).first();
    await entry.waitFor();
    // A menu that has just been opened takes a press for the end of the one that opened it.
    for (let presses = 0; presses < 5 && (await entry.isVisible()); presses += 1) {
      await entry.click();
      await entry.waitFor({ state: "hidden", timeout: 2_000 }).catch(() => undefined);
    }
  }

  it("mends the largest reason by its quick fix, and retries its records", async () => {
    await rejections(7);
    await screenshot(page, "story-6-problems");
    await fix("no entry for the row", "Map the missing values");
    await pick(page, "", "other");
    await saves(contacts, (text) => text.includes("values: { paid: customer, trial: lead, churned: other }"));
    await rejections(6);
    await runCommand(page, "Sluice: Retry Rejected Records");
    const frame = await results();
    await frame.locator("span.ok", { hasText: "57 created" }).waitFor({ timeout: 60_000 });
    await rejections(6);
    assert.equal(await problem("no entry for the row").count(), 0);
    await screenshot(page, "story-7-retried");
  });

  it("leaves what the destination refused out of the model, then by hand what else no run can send", async () => {
    const model = "models/customers.sql";
    await fix("jean@bartik", "Leave these records out in the model (Email address jean@bartik");
    await page.locator(".tab.active", { hasText: "customers.sql" }).waitFor();
    await saves(model, (text) => text.includes("not in ('2002')"));
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.insertText(whole);
    await saves(model, (text) => text.includes("id <> 2008"));
    await screenshot(page, "story-8-model");
  });

  it("retries, and no rejection is left in Problems", async () => {
    await runCommand(page, "Sluice: Retry Rejected Records");
    const frame = await results();
    await frame.locator("#view-run .ok", { hasText: "no record was rejected" }).waitFor({ timeout: 60_000 });
    await rejections(0);
    await screenshot(page, "story-9-mended");
  });
});

/** The rest of the condition that the quick fix began: rows that have a key and an e-mail address of their own. */
const whole = `
  and id is not null and id <> 2008
  and lower(email) not like 'shared@%'
  and regexp_full_match(trim(email), '[^@\\s]+@([^@\\s.]+\\.)+[a-z]+')`;

/** A model of 100,000 rows with 30 columns. */
function wide(): string {
  const more = Array.from({ length: 28 }, (_, at) => `i * ${at + 2} as n${at + 2}`);
  return [
    "# Wide rows, as many as a preview is asked for.",
    "model:",
    "  sql: |",
    "    select",
    `      ${["i as id", "'p' || i || '@x.io' as email", ...more].join(",\n      ")}`,
    "    from range(100000) t(i)",
    "  key: id",
    "destination:",
    "  connection: exports",
    "  object: file",
    "  path: wide.csv",
    "mode: append",
    "on: new",
    "fields:",
    "  id: id",
    "  email: email",
    "",
  ].join("\n");
}
