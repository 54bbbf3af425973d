/** What must not happen without the user's word: an untrusted folder, a production target, a secret for a new host. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import path from "node:path";
import { type Locator, type Page } from "playwright-core";
import { openFile, pick, runCommand, screenshot } from "../../support/vscode/browser.mjs";
import { openSample, type SampleWindow } from "./window";

const companies = "syncs/companies.sync.yaml";
const lenses = (page: Page) => page.locator(".codelens-decoration a");

describe("a folder that is not trusted", function () {
  this.timeout(120_000);
  let window: SampleWindow;
  let page: Page;
  before(async () => {
    window = await openSample({ trust: true });
    page = window.page;
    // The workbench asks; the answer is no.
    await page.locator(".monaco-dialog-box .monaco-button", { hasText: "No" }).first().click();
  });
  after(() => window?.close());

  it("has its files checked, and nothing run", async () => {
    const files = () => readdirSync(window.workspace, { recursive: true, encoding: "utf8" }).sort();
    const before = files();
    await openFile(page, companies);
    await page.locator(".view-line", { hasText: "mode:" }).first().click();
    await page.keyboard.press("End");
    await page.keyboard.type("xyz");
    await page.locator(".squiggly-error").first().waitFor();
    assert.equal(await lenses(page).count(), 0);
    await screenshot(page, "9-untrusted");
    assert.deepEqual(files(), before, "something was run");
  });

  it("says so in the views", async () => {
    await runCommand(page, "View: Show Sluice");
    await page.locator(".welcome-view-content", { hasText: "not trusted" }).first().waitFor();
  });
});

describe("a target that asks before it writes, and its secret", function () {
  this.timeout(180_000);
  let window: SampleWindow;
  let page: Page;
  const services: { server: Server; tokens: string[]; url: string }[] = [];

  before(async () => {
    window = await openSample({ trust: false });
    page = window.page;
    for (let number = 0; number < 2; number++) services.push(await listen());
    writeTargets();
    await openFile(page, companies);
    await lenses(page).first().waitFor();
  });
  after(async () => {
    await window?.close();
    for (const { server } of services) server.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "failed-trust");
  });

  /** Answers everything, and remembers which credentials it was shown. */
  async function listen() {
    const tokens: string[] = [];
    const server = createServer((request, response) => {
      tokens.push(request.headers.authorization ?? "none");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ portalId: 7, uiDomain: "app.hubspot.com", accountType: "SANDBOX", results: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { server, tokens, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  /** Two targets more: one that asks, and one that talks to a service of ours. */
  function writeTargets(): void {
    const file = path.join(window.workspace, "sluice.yaml");
    const [before = "", after = ""] = readFileSync(file, "utf8").split("\ndefault_target");
    const careful = "  careful: { confirm: true, destinations: { hubspot: { type: hubspot, sandbox: true } } }";
    const keys = `{ type: hubspot, token: "\${secret:HUBSPOT_TOKEN}", base_url: "${services[0]?.url}" }`;
    writeFileSync(
      file,
      `${before}\n${careful}\n  real: { destinations: { hubspot: ${keys} } }\n\ndefault_target${after}`,
    );
  }
  function pointElsewhere(): void {
    const file = path.join(window.workspace, "sluice.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(services[0]?.url ?? "", services[1]?.url ?? ""));
  }

  const runs = (): readonly string[] => {
    try {
      return readdirSync(path.join(window.workspace, ".sluice/runs"));
    } catch {
      return [];
    }
  };
  const input = () => page.locator(".quick-input-widget input.input");

  async function choose(target: string): Promise<void> {
    await runCommand(page, "Sluice: Select Target");
    await pick(page, target, target);
    await page.locator(".statusbar-item", { hasText: target }).waitFor();
  }

  /** Under the test driver the workbench shows no toasts: what was said is in the notification centre. */
  async function told(text: string): Promise<Locator> {
    const found = page.locator(".notifications-center .notification-list-item", { hasText: text }).first();
    await runCommand(page, "Notifications: Show Notifications");
    await found.waitFor();
    return found;
  }

  it("runs nothing until its name is typed", async () => {
    await choose("careful");
    await lenses(page).filter({ hasText: /^Run$/ }).first().click();
    await page.locator(".quick-input-widget", { hasText: "Type “careful” to do it" }).waitFor({ timeout: 60_000 });
    await screenshot(page, "10-confirm");
    await page.keyboard.press("Escape");
    assert.deepEqual(runs(), []);

    await lenses(page).filter({ hasText: /^Run$/ }).first().click();
    await page.locator(".quick-input-widget", { hasText: "Type “careful” to do it" }).waitFor({ timeout: 60_000 });
    await input().fill("careful");
    await page.keyboard.press("Enter");
    await page.locator(".statusbar-item", { hasText: "companies" }).waitFor({ timeout: 60_000 });
    assert.equal(runs().length, 1);
  });

  it("asks for the secret that is missing, and sends it where it was approved for", async () => {
    await choose("real");
    await runCommand(page, "Sluice: Test Connection");
    await pick(page, "hubspot", "hubspot");
    await (await told("needs the secret HUBSPOT_TOKEN")).locator("a", { hasText: "Set Secret" }).click();
    await input().fill("pat-s3cret");
    await page.keyboard.press("Enter");
    await runCommand(page, "Sluice: Test Connection");
    await pick(page, "hubspot", "hubspot");
    await told("hubspot answers");
    await runCommand(page, "Notifications: Clear All Notifications");
    assert.deepEqual([...new Set(services[0]?.tokens)], ["Bearer pat-s3cret"]);
  });

  it("does not send it to another host that the repository names", async () => {
    pointElsewhere();
    await runCommand(page, "Sluice: Test Connection");
    await pick(page, "hubspot", "hubspot");
    const question = await told("You approved it for");
    await screenshot(page, "11-other-host");
    assert.deepEqual(services[1]?.tokens, []);
    await question.locator("a", { hasText: "Allow" }).click();
    await runCommand(page, "Sluice: Test Connection");
    await pick(page, "hubspot", "hubspot");
    await told("hubspot answers");
    await runCommand(page, "Notifications: Clear All Notifications");
    assert.deepEqual([...new Set(services[1]?.tokens)], ["Bearer pat-s3cret"]);
  });
});
