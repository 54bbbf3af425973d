/** The mapping editor as a user meets it: beside the text, by mouse and by keys. Its pictures are in test/artifacts. */
import assert from "node:assert/strict";
import { type Frame, type Page } from "playwright-core";
import { seriousViolations } from "../../support/vscode/axe.mjs";
import { openFile, screenshot, webviewFrame } from "../../support/vscode/browser.mjs";
import { inThemes, openSample, type SampleWindow } from "./window";

const contacts = "syncs/contacts.sync.yaml";

describe("mapping fields, in a window", function () {
  this.timeout(180_000);
  let window: SampleWindow;
  let page: Page;
  let frame: Frame;

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "mapping-failed");
  });

  /** The lines of the text editor beside the page, as far as they are in sight. */
  const text = (): Promise<string> =>
    page.locator(".monaco-editor .view-line").evaluateAll((lines) =>
      lines
        .map((line) => ({ top: parseFloat((line as HTMLElement).style.top), text: line.textContent ?? "" }))
        .sort((a, b) => a.top - b.top)
        .map((line) => line.text.replaceAll("\u00a0", " "))
        .join("\n"),
    );
  async function textHas(wanted: RegExp, yes = true): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (wanted.test(await text()) === yes) return;
      await page.waitForTimeout(100);
    }
    assert.fail(`The text ${yes ? "never had" : "kept"} ${String(wanted)}:\n${await text()}`);
  }
  /** Beside the text there is room for one of the three columns. */
  const show = (name: "columns" | "rows" | "fields") => frame.locator(`.pane-tab.tab-${name}`).click();
  const row = (field: string) => frame.locator(`.row[data-name="${field}"]`);

  it("opens beside the text, with what the columns hold and what one row becomes", async () => {
    await openFile(page, contacts);
    await page
      .locator(".codelens-decoration a", { hasText: /^Map fields$/ })
      .first()
      .click();
    frame = await webviewFrame(page, async (each) => (await each.locator(".page .row").count()) > 0);
    await frame.locator(".item-examples").first().waitFor({ state: "attached" });
    await row("lifecyclestage").locator(".row-live").filter({ hasText: /\S/ }).waitFor();
    assert.equal(await frame.locator(".row").count(), 8);
  });

  it("fills another field by keyboard alone, and the comments stay", async () => {
    await show("columns");
    await frame.locator('.column-item[data-name="signed_up_at"]').focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("close date");
    await page.keyboard.press("Enter");
    await textHas(/^ {2}closedate: signed_up_at$/m);
    await textHas(/write: create_only } # people edit their titles in HubSpot/);
    assert.match((await frame.locator("[role=status].unseen").textContent()) ?? "", /closedate is now filled by/);
  });

  it("changes a mapping by keyboard: Enter opens it, its settings are one edit each", async () => {
    await page.keyboard.press("ArrowRight");
    await row("firstname").locator(".row-head").focus();
    await page.keyboard.press("Enter");
    await row("firstname").locator('select[aria-label="What a NULL does"]').focus();
    await page.keyboard.press("ArrowDown");
    await textHas(/firstname: { column: first_name, nulls: skip }/);
    await row("firstname").locator(".badge", { hasText: "skips NULL" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await row("firstname").locator(".row-head").getAttribute("aria-expanded"), "false");
  });

  it("takes it back with undo, the text's own", async () => {
    await frame.locator('button[aria-label="Undo"]').click();
    await textHas(/nulls: skip }\n {2}lastname|firstname: { column/, false);
    await textHas(/^ {2}firstname: first_name$/m);
  });

  it("keeps what is being typed while the answer to the edit before comes", async () => {
    await row("lifetime_value").locator(".row-head").click();
    const sql = row("lifetime_value").locator("textarea");
    await sql.focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type(" * 2");
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.keyboard.type(" + 1");
    await textHas(/lifetime_value: { sql: "round\(ltv, 2\) \* 2" }/);
    await row("lifetime_value").locator(".row-source-text", { hasText: "* 2" }).waitFor();
    assert.equal(await sql.inputValue(), "round(ltv, 2) * 2 + 1");
    assert.ok(await sql.evaluate((each) => each === document.activeElement));
    await page.keyboard.press("ControlOrMeta+Enter");
    await textHas(/lifetime_value: { sql: "round\(ltv, 2\) \* 2 \+ 1" }/);
    await row("lifetime_value").locator(".row-head").click();
  });

  it("takes what is half typed when the focus leaves the page, and Escape takes it back before", async () => {
    await row("lifetime_value").locator(".row-head").click();
    const sql = row("lifetime_value").locator("textarea");
    await sql.focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type(" + 2");
    await page.keyboard.press("Escape");
    assert.equal(await sql.inputValue(), "round(ltv, 2) * 2 + 1");
    assert.equal(await row("lifetime_value").locator(".row-head").getAttribute("aria-expanded"), "true");
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type(" + 3");
    await page.locator(".monaco-editor .view-line", { hasText: "mode:" }).click({ position: { x: 20, y: 5 } });
    await textHas(/lifetime_value: { sql: "round\(ltv, 2\) \* 2 \+ 1 \+ 3" }/);
    await frame.locator('button[aria-label="Undo"]').click();
    await textHas(/\+ 1" }/);
    await row("lifetime_value").locator(".row-head").click();
  });

  it("maps a column that is dragged to a field", async () => {
    await show("fields");
    await frame.locator(".pane-fields .filter").fill("external");
    await show("columns");
    const column = frame.locator('.column-item[data-name="id"]');
    await column.hover();
    await page.mouse.down();
    await frame.locator(".pane-tab.tab-fields").hover();
    await frame.locator(".pane-tab.tab-fields").hover({ position: { x: 4, y: 4 } });
    await frame.locator('.field-item[data-name="external_id"]').hover();
    await page.mouse.up();
    await textHas(/^ {2}external_id: id$/m);
  });

  it("unmaps with Delete and goes on to the next mapping", async () => {
    await show("rows");
    await row("external_id").locator(".row-head").focus();
    await page.keyboard.press("Delete");
    await textHas(/external_id: id/, false);
    await frame.locator(".row-head:focus").waitFor();
  });

  it("accepts a proposal", async () => {
    await row("lastname").locator(".row-head").focus();
    await page.keyboard.press("Delete");
    await textHas(/last_name/, false);
    const proposal = frame.locator(".proposal", { hasText: "last_name" });
    await proposal.waitFor();
    assert.match((await proposal.locator(".proposal-why").textContent()) ?? "", /name/);
    await proposal.locator("button", { hasText: "Accept" }).click();
    await textHas(/^ {2}lastname: last_name$/m);
  });

  it("shows what is wrong at the mapping it concerns, and clears it", async () => {
    await row("lifetime_value").locator(".row-head").click();
    await row("lifetime_value").locator("textarea").fill("round(no_such, 2)");
    await page.keyboard.press("ControlOrMeta+Enter");
    await row("lifetime_value").locator(".row-problem", { hasText: "no_such" }).waitFor();
    await frame.locator('button[aria-label="Undo"]').click();
    await row("lifetime_value").locator(".row-problem", { hasText: "no_such" }).waitFor({ state: "detached" });
  });

  it("has nothing that axe calls serious, in three themes", async () => {
    await row("lifecyclestage").locator(".row-head").click();
    await row("lifecyclestage")
      .locator(".row-problem", { hasText: /^\d+ of [\d,]+ rows: / })
      .waitFor();
    await frame.locator(".toggle", { hasText: "Guards" }).click();
    await inThemes(page, "mapping");
    assert.deepEqual(await seriousViolations(frame), []);
  });
});
