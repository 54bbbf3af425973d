/** The first minutes of a new user, from an empty folder and by the walkthrough alone. Its pictures are in test/artifacts. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { type Page } from "playwright-core";
import { pick, runCommand, screenshot, setTheme, webviewFrame } from "../../support/vscode/browser.mjs";
import { inThemes, openFolder, type SampleWindow } from "./window";

describe("the first minutes, in a window", function () {
  this.timeout(120_000);
  let window: SampleWindow;
  let page: Page;

  before(async () => {
    window = await openFolder({ trust: false, fill: (folder) => mkdirSync(folder) });
    page = window.page;
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "failed-walkthrough");
  });

  const step = (id: string) =>
    page.locator(`.getting-started-step[data-step-id="sluice.sluice#sluice.firstSync#${id}"]`);
  const press = async (id: string, label: string): Promise<void> => {
    await step(id).click();
    await step(id).locator(".monaco-button", { hasText: label }).click();
  };

  it("begin with views that say what to do", async () => {
    await page.locator('.activitybar [aria-label="Sluice"]').first().click();
    await page.locator(".pane-body .monaco-button", { hasText: "Create Sample Project" }).waitFor();
    await setTheme(page, "Dark Modern");
    await inThemes(page, "10-welcome");
  });

  it("make the sample project from the walkthrough, and open it", async () => {
    await page.locator(".pane-body a", { hasText: "See how it works" }).first().click();
    await press("sample", "Create Sample Project");
    const input = page.locator(".quick-input-widget input.input");
    await input.waitFor();
    // A press while the dialog still looks the folder up does nothing.
    const here = page.locator(".quick-input-widget .monaco-button", { hasText: "Create Here" });
    for (let presses = 0; presses < 10 && (await input.isVisible()); presses += 1) {
      await input.fill(window.workspace, { timeout: 2_000 }).catch(() => undefined);
      await here.click({ timeout: 2_000 }).catch(() => undefined);
      await input.waitFor({ state: "hidden", timeout: 2_000 }).catch(() => undefined);
    }
    await page.locator('.tab[data-resource-name="contacts.sync.yaml"]').waitFor();
    assert.ok(existsSync(path.join(window.workspace, "sluice-sample/sluice.yaml")));
    await step("preview").waitFor();
    await page.locator(".statusbar-item", { hasText: "dev" }).waitFor();
    await inThemes(page, "11-walkthrough");
  });

  it("preview and dry-run the sample by the walkthrough's buttons", async () => {
    await press("preview", "Preview the Rows");
    const results = await webviewFrame(page, async (frame) => (await frame.locator("vscode-panels").count()) > 0);
    await results.locator(".grid-cell", { hasText: "@" }).first().waitFor();
    await press("dryRun", "Dry Run");
    await pick(page, "", "Send everything");
    await results.locator("vscode-button", { hasText: "Run this plan" }).waitFor();
    await screenshot(page, "12-walkthrough-plan-dark");
  });

  it("browse what the project's connections hold", async () => {
    await runCommand(page, "Sluice: Focus on Connections View");
    const row = (label: string) => page.locator(".monaco-list-row", { hasText: label }).first();
    await row("analytics").click();
    await row("customers").waitFor();
    await row("customers").click();
    await page.locator(".monaco-list-row", { hasText: "company_domain" }).first().waitFor();
    await inThemes(page, "13-views");
  });
});
