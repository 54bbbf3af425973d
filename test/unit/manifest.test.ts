import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pages, pagesFolder } from "../support/pages";

const root = path.join(__dirname, "../..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly icon?: string;
      readonly enablement?: string;
    }[];
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly when: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly description: string; readonly completionEvents: readonly string[] }[];
    }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command: string; readonly when?: string; readonly group?: string }[]>
    >;
    readonly languages: readonly { readonly id: string; readonly configuration: string }[];
    readonly grammars: readonly { readonly language: string; readonly path: string; readonly scopeName: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly configurationDefaults: Readonly<Record<string, unknown>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsContainers: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string }[];
    readonly yamlValidation: readonly { readonly url: string }[];
  };
}

/** They show what is there already, or the engine refuses them itself. */
const mayRunUntrusted = [
  "sluice.mapFields",
  "sluice.showText",
  "sluice.restartEngine",
  "sluice.showLog",
  "sluice.openWalkthrough",
];

const text = read("package.json");
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;

/** Everything that speaks to VS Code, as one text. */
const code = ["src/extension.ts", ...filesBelow("src/editor")].map(read).join("\n");

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.join(folder, file));
}

function found(pattern: RegExp, within = code): readonly string[] {
  return [...new Set([...within.matchAll(pattern)].map((match) => match[1] as string))].sort();
}

function sorted(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort();
}

describe("the manifest", () => {
  const commands = sorted(contributes.commands.map(({ command }) => command));

  it("contributes every command that is registered, and none that is not", () => {
    assert.deepEqual(commands, found(/registerCommand\(\s*services,\s*"(sluice\.\w+)"/g));
  });

  it("names only its own commands in menus and code", () => {
    const inMenus = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
    const inCode = found(
      /(?:command: |executeCommand\(\s*|run\(\s*|, )"(sluice\.(?!results|hasProject|runsFiltered|runsBySync)\w+)"/g,
    );
    assert.deepEqual(
      sorted([...inMenus, ...inCode]).filter((command) => !commands.includes(command)),
      [],
    );
  });

  it("gives every command an icon, or keeps it out of people's sight but for the palette", () => {
    const shown = Object.entries(contributes.menus)
      .filter(([menu]) => menu === "editor/title" || menu === "view/title" || menu === "view/item/context")
      .flatMap(([, items]) => items)
      .filter(({ group }) => group?.startsWith("navigation") === true || group?.startsWith("inline") === true)
      .map(({ command }) => command);
    const withoutIcon = contributes.commands.filter(({ icon }) => icon === undefined).map(({ command }) => command);
    assert.deepEqual(
      withoutIcon.filter((command) => shown.includes(command)),
      [],
    );
  });

  it("lets nothing run in an untrusted workspace but what neither asks nor sends", () => {
    const harmless = contributes.commands.filter(({ enablement }) => !/\bisWorkspaceTrusted\b/.test(enablement ?? ""));
    assert.deepEqual(
      harmless.map(({ command }) => command).filter((command) => !mayRunUntrusted.includes(command)),
      [],
    );
  });

  it("binds keys to its own commands only, each key once, and only where it is at work", () => {
    const { keybindings } = contributes;
    assert.deepEqual(
      keybindings.map(({ command }) => command).filter((command) => !commands.includes(command)),
      [],
    );
    assert.equal(new Set(keybindings.map(({ key }) => key)).size, keybindings.length);
    assert.deepEqual(
      keybindings.filter(({ when }) => !/sync-definition|sluice\./.test(when)),
      [],
    );
  });

  it("has walkthroughs whose links and steps name commands there are, with arguments that can be read", () => {
    const texts = JSON.parse(read("package.nls.json")) as Record<string, string>;
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const links = steps
      .map(({ description }) => texts[description.replaceAll("%", "")] ?? "")
      .concat(Object.values(texts))
      .flatMap((description) => [...description.matchAll(/\(command:([\w.]+)(?:\?([^)]+))?\)/g)]);
    for (const [, , args] of links) if (args !== undefined) JSON.parse(decodeURIComponent(args));
    const events = steps.flatMap((step) => step.completionEvents);
    const named = [
      ...links.map(([, command]) => command ?? ""),
      ...events.flatMap((event) => /^onCommand:(.+)$/.exec(event)?.[1] ?? []),
    ];
    assert.deepEqual(sorted(named.filter((command) => !commands.includes(command))), [
      "workbench.actions.view.problems",
      "workbench.trust.manage",
    ]);
  });

  it("has the titles that the documentation gives to commands", () => {
    const titles = ["preview", "records", "dryRun", "run", "retry", "refreshSchema", "setSecret", "testConnection"];
    const texts = JSON.parse(read("package.nls.json")) as Record<string, string>;
    assert.deepEqual(
      titles.map((id) => texts[`command.${id}`]),
      [
        "Preview Model",
        "Preview Records",
        "Dry Run",
        "Run",
        "Retry Rejected Records",
        "Refresh Destination Schema",
        "Set Secret",
        "Test Connection",
      ],
    );
  });

  it("has a text for every key, and no text that is not used", () => {
    const texts = Object.keys(JSON.parse(read("package.nls.json")) as object);
    assert.deepEqual(sorted(texts), found(/"%([^%"]+)%"/g, text));
  });

  it("says every setting that the code reads, and no other", () => {
    const inCode = [
      ...found(/getConfiguration\("sluice"(?:, \w+)?\)\.get<[^>]+>\("([\w.]+)"\)/g),
      // The limits of previews are read by one function.
      ...found(/limitOf\("(\w+)"\)/g).map((what) => `preview.${what}`),
    ];
    assert.deepEqual(
      sorted(Object.keys(contributes.configuration.properties)),
      sorted(inCode.map((name) => `sluice.${name}`)),
    );
  });

  it("has a provider for every view, and a container for each group of views", () => {
    const views = Object.values(contributes.views).flatMap((group) => group.map(({ id }) => id));
    assert.deepEqual(sorted(views), found(/(?:createTreeView|registerWebviewViewProvider)\("(sluice\.\w+)"/g));
    const containers = Object.values(contributes.viewsContainers).flatMap((group) => group.map(({ id }) => id));
    assert.deepEqual(sorted(Object.keys(contributes.views)), sorted(containers));
    const welcomed = contributes.viewsWelcome.map(({ view }) => view);
    assert.deepEqual(
      welcomed.filter((view) => !views.includes(view)),
      [],
    );
  });

  it("speaks of the same language in languages, grammars, defaults and code", () => {
    const languages = contributes.languages.map(({ id }) => id);
    assert.deepEqual(
      contributes.grammars.map(({ language }) => language),
      languages,
    );
    assert.deepEqual(found(/language: "([\w-]+)"/g), sorted(languages));
    for (const language of languages) assert.ok(`[${language}]` in contributes.configurationDefaults);
  });

  it("names only files that are there, or that the build makes", () => {
    const named = found(/"\.?\/?((?:media|syntaxes)\/[^"]+)"/g, text);
    const made = contributes.yamlValidation.map(({ url }) => path.normalize(url));
    assert.deepEqual(
      named.filter((file) => !made.includes(file) && !existsSync(path.join(root, file))),
      [],
    );
    assert.ok(named.length > 0);
  });

  it("gives its grammar the scope that the grammar has", () => {
    for (const grammar of contributes.grammars) {
      const { scopeName } = JSON.parse(read(grammar.path)) as { readonly scopeName: string };
      assert.equal(scopeName, grammar.scopeName);
    }
  });

  it("is tested on the oldest VS Code that it says it supports", () => {
    const { engines } = JSON.parse(text) as { readonly engines: { readonly vscode: string } };
    const oldest = engines.vscode.replace("^", "");
    assert.match(
      read(".github/workflows/desktop.yml"),
      new RegExp(`vscode: \\["${oldest.replaceAll(".", "\\.")}", "stable"\\]`),
    );
  });

  it("wakes up for nothing but projects and its own language", () => {
    assert.deepEqual(manifest.activationEvents, ["workspaceContains:**/sluice.yaml"]);
  });
});

describe("the pages of docs/destinations", function () {
  // It loads every connector and what formats Markdown.
  this.timeout(30_000);

  it("are there for each destination, as it declares itself", async () => {
    const written = new Map(
      (existsSync(pagesFolder) ? readdirSync(pagesFolder) : []).map((name) => [
        name,
        readFileSync(path.join(pagesFolder, name), "utf8"),
      ]),
    );
    const made = await pages();
    assert.deepEqual([...written.keys()].sort(), [...made.keys()].sort(), remedy);
    for (const [name, text] of made) assert.equal(written.get(name), text, `${name}: ${remedy}`);
  });
});
const remedy = "The pages are out of date: run npm run docs, and look at what it wrote.";
