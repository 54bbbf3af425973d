/** A window over a fresh copy of the sample project, for one file of tests. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { type Page } from "playwright-core";
import { openWindow, screenshot, setTheme } from "../../support/vscode/browser.mjs";
import { startServer } from "../../support/vscode/server.mjs";
import { removeFolder, temporaryFolder } from "../../support/temporary.mjs";

const repository = path.join(__dirname, "../../..");
/** Where the packaged extension is installed; absent, as when one file of tests is run by hand: the checkout is the extension. */
const installed = process.env.SLUICE_TEST_EXTENSIONS;

export interface SampleWindow {
  readonly page: Page;
  /** The folder of the sample project. */
  readonly workspace: string;
  close(): Promise<void>;
}

/** `trust`: the workspace is not trusted until the user says so. */
export function openSample(options: { readonly trust: boolean }): Promise<SampleWindow> {
  return openFolder({
    ...options,
    fill: (workspace) =>
      execFileSync(process.execPath, [path.join(repository, "dist/cli.js"), "init", workspace, "--sample"]),
  });
}

/** `fill`: makes the folder and what is in it. */
export async function openFolder(options: {
  readonly trust: boolean;
  fill(workspace: string): unknown;
}): Promise<SampleWindow> {
  const folder = temporaryFolder("browser");
  const workspace = path.join(folder, "sample");
  options.fill(workspace);
  const server = await startServer({
    workspace,
    ...(installed === undefined ? { extensionDir: repository } : { extensionsDir: installed }),
    testDriver: true,
    trust: options.trust,
    token: false,
  });
  const { page, close } = await openWindow(server.url);
  return {
    page,
    workspace,
    async close() {
      await close();
      await server.stop();
      removeFolder(folder);
    },
  };
}

/** Pictures in the three kinds of themes; the window wears the dark one before and after. */
export async function inThemes(page: Page, name: string): Promise<void> {
  await screenshot(page, `${name}-dark`);
  await setTheme(page, "Light Modern");
  await screenshot(page, `${name}-light`);
  await setTheme(page, "Dark High Contrast");
  await screenshot(page, `${name}-contrast`);
  await setTheme(page, "Dark Modern");
}
