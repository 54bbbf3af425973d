/** SECURITY.md and the page "What happens when…" keep what they say, and the product reports to nobody. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { builds } from "../../esbuild.mjs";
import { type Destination } from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";

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
    (text.includes(", Case>> = {") && text.includes(`\n  "${title}": {`));
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

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.posix.join(folder, file.replaceAll("\\", "/")));
}
