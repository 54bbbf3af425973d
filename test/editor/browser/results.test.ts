/** A record, its request and its key in the results panel, in three themes and without a barrier. */
import assert from "node:assert/strict";
import { type Frame, type Page } from "playwright-core";
import { openFile, screenshot, setTheme, webviewFrame } from "../../support/vscode/browser.mjs";
import { seriousViolations } from "../../support/vscode/axe.mjs";
import { inThemes, openSample, type SampleWindow } from "./window";

const contacts = "syncs/contacts.sync.yaml";

describe("a record in the results panel, in a window", function () {
  this.timeout(60_000);
  let window: SampleWindow;
  let page: Page;

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "results-failed");
  });

  const results = (): Promise<Frame> =>
    webviewFrame(page, async (frame) => (await frame.locator("vscode-panels").count()) > 0);
  const lens = (title: string) => page.locator(".codelens-decoration a", { hasText: new RegExp(`^${title}$`) }).first();

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
});
