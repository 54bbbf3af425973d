/** A model full of markup, scripts, control and bidirectional characters is text, and nothing else, in the results panel. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Frame, type Page } from "playwright-core";
import { openFile, runCommand, screenshot, webviewFrame } from "../../support/vscode/browser.mjs";
import { openSample, type SampleWindow } from "./window";

const hostile = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(2)</script>",
  '"><svg onload=alert(3)>',
  "javascript:alert(4)",
  "</div></body><iframe srcdoc='<script>parent.alert(5)</script>'></iframe>",
  "{{constructor.constructor('alert(6)')()}}",
  "\u202egnp.exe\u202c\u2066x\u2069",
  "a\u0000b\u0007c\u001b[31md",
  "zero\u200bwidth\ufeff",
];
const literal = (text: string): string =>
  text
    .split("\u0000")
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(" || chr(0) || ");
const model = [
  ...hostile.map((text, index) => `select ${index} as id, ${literal(text)} as "<b onclick=alert(7)>name</b>"`),
  `select ${hostile.length} as id, repeat('<b>long</b>', 100000) as name`,
].join(" union all ");

describe("a hostile model, in a window", function () {
  this.timeout(120_000);
  let window: SampleWindow;
  let page: Page;
  const alarms: string[] = [];

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
    page.on("dialog", (dialog) => {
      alarms.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("pageerror", (error) => alarms.push(`error: ${error.message}`));
    writeFileSync(
      path.join(window.workspace, "syncs/hostile.sync.yaml"),
      JSON.stringify({
        model: { sql: model, key: "id" },
        destination: { connection: "hubspot", object: "contacts", match: "email" },
        mode: "upsert",
        fields: { email: "id" },
      }),
    );
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "failed");
  });
  const results = (): Promise<Frame> =>
    webviewFrame(page, async (frame) => (await frame.locator("vscode-panels").count()) > 0);

  it("is shown as text, cell by cell, and disguises are written out", async () => {
    await openFile(page, "syncs/hostile.sync.yaml");
    await runCommand(page, "Sluice: Preview Model");
    const frame = await results();
    await frame.locator(".grid-cell", { hasText: "<img" }).first().waitFor();
    const texts = await frame.locator(".grid-cell").allTextContents();
    for (const text of hostile.slice(0, 6)) assert.ok(texts.includes(text), text);
    assert.ok(texts.includes("⟨U+202E⟩gnp.exe⟨U+202C⟩⟨U+2066⟩x⟨U+2069⟩"));
    assert.ok(texts.includes("a⟨U+0000⟩b⟨U+0007⟩c⟨U+001B⟩[31md"));
    assert.ok(texts.includes("zero⟨U+200B⟩width⟨U+FEFF⟩"));
    const heads = await frame.locator(".head-name").allTextContents();
    assert.ok(heads.includes("<b onclick=alert(7)>name</b>"));
  });

  it("is shown whole beside the grid, a megabyte too", async () => {
    const frame = await results();
    await frame.locator('[aria-rowindex="2"] .grid-cell[aria-colindex="3"]').click();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await frame.locator(".detail .code", { hasText: "<b>long</b>" }).waitFor();
    const shown = await frame.locator(".detail .code").textContent();
    assert.equal(shown?.length, 200_000);
    assert.match((await frame.locator(".detail-about").textContent()) ?? "", /1,100,000/);
  });

  it("makes no element, runs nothing, and asks for nothing", async () => {
    const frame = await results();
    const made = await frame.evaluate(
      () => document.querySelectorAll(".rows-page :is(img, iframe, script, b, [onclick], [onerror], [onload])").length,
    );
    assert.equal(made, 0);
    const policy = await frame.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    assert.match(policy ?? "", /default-src 'none'/);
    assert.doesNotMatch(policy ?? "", /unsafe/);
    assert.deepEqual(alarms, []);
  });
});
