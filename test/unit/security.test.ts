/** SECURITY.md and the page "What happens when…" keep what they say, and the product reports to nobody. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { builds } from "../../esbuild.mjs";
import { type Destination } from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";
import { webviewPage } from "../../src/editor/webview-page";

const root = path.join(__dirname, "../..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

describe("SECURITY.md", () => {
  const page = read("SECURITY.md");
  const promises = [...page.matchAll(/^\| (.+?) +\| `(test\/[^`]+)`: "(.+)" +\|$/gm)].map(
    ([, promise = "", file = "", title = ""]) => ({ promise, file, title }),
  );

  it("names a test beside every promise", () => {
    const sections = page.slice(page.indexOf("## What we promise"), page.indexOf("## What we do not promise"));
    const rows = sections.split("\n").filter((line) => /^\| (?!-|Promise)/.test(line));
    assert.equal(promises.length, rows.length);
    assert.ok(rows.length > 20);
  });

  for (const { promise, ...test } of promises) it(`has its test: ${promise}`, () => assertExists(test));
});

describe("docs/what-happens-when.md", () => {
  const page = read("docs/what-happens-when.md");
  const answers = [
    ...page.matchAll(/^### (…[^\n]+\?)\n+([^#]+?)\n+Kept by \[(test\/[^\]]+)\]\(\.\.\/([^)]+)\): "(.+)"$/gm),
  ];

  it("names a test below every answer", () => {
    assert.equal(answers.length, page.match(/^### /gm)?.length);
    assert.ok(answers.length > 30);
  });

  for (const [, question, answer = "", file = "", link, title = ""] of answers) {
    it(`has its test: ${question}`, () => {
      assert.equal(link, file);
      assert.ok(answer.length < 500, "Two or three sentences.");
      assertExists({ file, title });
    });
  }
});

/** The title stands there as it is written in the code: of a test, or of a case in a table of them. */
function assertExists({ file, title }: { readonly file: string; readonly title: string }): void {
  assert.ok(existsSync(path.join(root, file)), `There is no ${file}.`);
  const text = read(file);
  const named =
    ['"', "`"].some((quote) => text.includes(`it(${quote}${title}${quote}`)) ||
    (text.includes("cases({") && text.includes(`\n    "${title}": {`)) ||
    (/, (Case|Stop)>> = \{/.test(text) && text.includes(`\n  "${title}": {`));
  assert.ok(named, `${file} has no test "${title}".`);
}

describe("what is shipped", () => {
  it("holds no package that reports on its users", async () => {
    const inputs: string[] = [];
    for (const options of builds({ outdir: "dist", production: true, standalone: true })) {
      const { metafile } = await esbuild.build({
        ...options,
        absWorkingDir: root,
        metafile: true,
        write: false,
        loader: { ".node": "empty" },
      });
      inputs.push(...Object.keys(metafile.inputs));
    }
    assert.ok(inputs.includes("src/engine.ts") && inputs.includes("webview/results/main.ts"));
    const reporters =
      /telemetry|applicationinsights|app-insights|posthog|sentry|segment|amplitude|mixpanel|bugsnag|rollbar|datadog|analytics|statsig/i;
    assert.deepEqual(
      inputs.filter((file) => reporters.test(file)),
      [],
    );
  });

  it("names no address but those of the destinations and of what they document", () => {
    const hosts = ["src", "webview"].flatMap(filesBelow).flatMap((file) => {
      return [...read(file).matchAll(/\b(?:https?|wss?):\/\/([a-z0-9.-]*\.[a-z]{2,})/gi)].map(([, host]) => host);
    });
    const known = [
      ...destinations.flatMap(ownHosts),
      ...["developers.hubspot.com", "json-schema.org", "www.w3.org", "github.com"],
    ];
    assert.deepEqual(
      [...new Set(hosts)].filter((host) => !known.includes(host ?? "") && !/(^|\.)example(\.com)?$/.test(host ?? "")),
      [],
      "A new address? Say in SECURITY.md what goes there.",
    );
  });

  /** Where a destination goes when nobody points it elsewhere, with each of its ways to prove itself. */
  function ownHosts({ connection, baseUrl }: Destination): readonly string[] {
    return [{}, ...Object.keys(connection.shape).map((key) => ({ [key]: "" }))].flatMap((config) => {
      try {
        return [new URL(baseUrl(config)).hostname];
      } catch {
        return [];
      }
    });
  }

  it("opens connections in one file only: the one that sends a destination's requests", () => {
    const ways =
      /\bfetch\(\s*["'`]|XMLHttpRequest|sendBeacon|new WebSocket|createTelemetryLogger|from "(?:node:)?(?:https|http2|tls|dgram|net)"|\b(?:get|request)\b[^;]*from "node:http"/;
    const opening = ["src", "webview"]
      .flatMap(filesBelow)
      .filter((file) => ways.test(read(file).replace(/import \{ type [^}]*\} from "node:net";/g, "")));
    // The visitor looks whether a sandbox on this machine is alive.
    assert.deepEqual(opening, ["src/sandbox/visitor.ts"]);
  });
});

describe("the editor's webviews", () => {
  const editor = filesBelow("src").filter((file) => /^src\/(editor\/|extension\.ts)/.test(file));
  const opened = editor.flatMap((file) =>
    [...read(file).matchAll(/\bopenPage\(([^)]*)\)/g)].map(([, given = ""]) => given),
  );
  const pages = builds({ outdir: "dist", production: true, standalone: true }).flatMap(({ outdir, entryPoints }) =>
    outdir?.endsWith("webview") === true ? Object.entries(entryPoints as Readonly<Record<string, string>>) : [],
  );

  it("have one door: whatever HTML VS Code shows of ours is that page, with its policy", () => {
    const registered = editor.filter((file) =>
      /createWebviewPanel|resolveWebviewView|resolveCustom(Text)?Editor|createWebviewTextEditorInset|deserializeWebviewPanel/.test(
        read(file),
      ),
    );
    assert.ok(registered.length >= 3);
    for (const file of registered)
      assert.match(read(file), /\bopenPage\(|openPage"/, `${file} makes a page of its own`);
    const writing = editor.filter((file) => /\.html\s*\+?=/.test(read(file)));
    assert.deepEqual(writing, ["src/editor/open-page.ts"]);
    assert.match(read("src/editor/open-page.ts"), /\.html = webviewPage\(\{\s*nonce: randomBytes\(16\)/);
    assert.ok(opened.length >= 3 && pages.length >= 2);
  });

  for (const [name, entry] of pages) {
    it(`of ${name} load their own script and style alone, by a nonce that is new each time`, () => {
      const [nonce, source] = ["Tm9uY2U+/w==", "https://own.example"];
      const html = webviewPage({
        nonce,
        source,
        script: `${source}/${name}.js`,
        style: `${source}/${name}.css`,
        language: "en",
      });
      const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
      const directives = new Map(policy.split("; ").map((one) => [one.split(" ")[0], one.split(" ").slice(1)]));
      assert.deepEqual(directives.get("default-src"), ["'none'"]);
      assert.deepEqual(directives.get("script-src"), [`'nonce-${nonce}'`]);
      for (const [directive, sources] of directives) {
        const allowed = ["'none'", `'nonce-${nonce}'`, source];
        assert.deepEqual(
          sources.filter((one) => !allowed.includes(one)),
          [],
          String(directive),
        );
      }
      for (const directive of ["base-uri", "form-action"]) assert.deepEqual(directives.get(directive), ["'none'"]);
      const tags = [...html.matchAll(/<(script|style|link|iframe|object|embed|base|form)\b([^>]*)>/g)];
      assert.deepEqual(
        tags.map(([, tag]) => tag),
        ["link", "script"],
      );
      for (const [, , attributes] of tags) assert.ok(attributes?.includes(`nonce="${nonce}"`));
      assert.doesNotMatch(html, /\son\w+=|style="|javascript:/);
      assert.ok(existsSync(path.join(root, entry)));
    });
  }

  it("make elements of no text", () => {
    const ways =
      /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|\beval\(|new Function\(|DOMParser|createContextualFragment|srcdoc|javascript:|setAttribute\(["'`](?:style|on)/;
    assert.deepEqual(
      filesBelow("webview").filter((file) => ways.test(read(file))),
      [],
    );
  });

  it("and hovers show data as text: no trusted Markdown, and none made of it", () => {
    const ways = /isTrusted\s*[:=][^=]|supportHtml\s*[:=]|supportThemeIcons\s*[:=]/;
    assert.deepEqual(
      editor.filter((file) => ways.test(read(file))),
      [],
    );
    assert.deepEqual(
      editor.filter((file) => /new (?:vscode\.)?MarkdownString\(/.test(read(file))),
      ["src/editor/language/markdown.ts"],
    );
    assert.doesNotMatch(read("src/editor/language/markdown.ts"), /MarkdownString\([^)]|appendMarkdown\([^"]/);
  });
});

describe("secrets in the editor", () => {
  it("are kept in SecretStorage: nothing else that lasts is near them", () => {
    const near = filesBelow("src/editor/secrets").map((file) => ({ file, text: read(file) }));
    assert.ok(near.some(({ text }) => text.includes("SecretStorage")));
    const lasting = /globalState|workspaceState|Memento|getConfiguration|localStorage|\bsetState\(/;
    assert.deepEqual(
      near.filter(({ text }) => lasting.test(text)).map(({ file }) => file),
      [],
    );
    const writing = near
      .filter(({ text }) => /writeFile|WorkspaceEdit|applyEdit|appendFile/.test(text))
      .map(({ file }) => file);
    // A literal that stood in sluice.yaml moves out of it, and to .env where the user chooses so.
    assert.deepEqual(writing, ["src/editor/secrets/env-file.ts", "src/editor/secrets/register.ts"]);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.posix.join(folder, file.replaceAll("\\", "/")));
}
