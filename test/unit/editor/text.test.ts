import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { inProject, isProjectFile, isSyncFile, nearestProject, syncName } from "../../../src/editor/files";
import { webviewPage } from "../../../src/editor/webview-page";
import { envLine } from "../../../src/editor/secrets/secret-text";
import { secretName } from "../../../src/project/secret-name";
import { plainExcerpt, plainLine, plainText } from "../../../webview/plain-text";

describe("text on screen", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["plain", "plain"],
    ["Zoë 🚀 نادية", "Zoë 🚀 نادية"],
    ["👩‍🚀", "👩‍🚀"],
    ["a\u202Egnp.exe", "a⟨U+202E⟩gnp.exe"],
    ["zero\u200Bwidth", "zero⟨U+200B⟩width"],
    ["\u0007\u001b[31m", "⟨U+0007⟩⟨U+001B⟩[31m"],
    ["two\nlines", "two\nlines"],
  ];
  for (const [text, shown] of cases)
    it(`shows ${JSON.stringify(text)} undisguised`, () => assert.equal(plainText(text), shown));

  it("keeps a line one line", () => assert.equal(plainLine("a\r\nb\tc\u2028d"), "a↵b⇥c⟨U+2028⟩d"));

  it("never cuts a character in two", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.nat(20),
        (text, length) => !/\p{Cs}/u.test(plainExcerpt(text, length)),
      ),
    );
  });
});

describe("our files", () => {
  it("are told by their names", () => {
    assert.deepEqual(
      ["a.sync.yaml", "a.sync.test.yaml", "a.yaml", "sync.yaml", "sluice.yaml"].map((file) => [
        isSyncFile(file),
        isProjectFile(file),
      ]),
      [
        [true, false],
        [false, false],
        [false, false],
        [false, false],
        [false, true],
      ],
    );
    assert.equal(syncName("/crm/syncs/contacts.sync.yaml"), "contacts");
  });

  it("belong to the nearest project above", () => {
    const projects = new Set(["/home/ann/sluice.yaml", "/home/ann/crm/sluice.yaml"]);
    const of = (file: string) => nearestProject(file, (path) => projects.has(path));
    assert.equal(of("/home/ann/crm/syncs/a.sync.yaml"), "/home/ann/crm");
    assert.equal(of("/home/ann/b.sync.yaml"), "/home/ann");
    assert.equal(of("/elsewhere/b.sync.yaml"), undefined);
    assert.equal(inProject("/home/ann/crm", "/home/ann/crm/syncs/a.sync.yaml"), "syncs/a.sync.yaml");
  });
});

describe("a literal secret that moves out of a file", () => {
  it("gets a name from its place", () => {
    assert.equal(secretName(["destinations", "hubspot", "token"]), "HUBSPOT_TOKEN");
    assert.equal(secretName(["targets", "prod", "destinations", "my-crm", "token"]), "PROD_MY_CRM_TOKEN");
    assert.equal(secretName(["destinations", "1st", "token"]), "SECRET_1ST_TOKEN");
  });

  it("reads back from .env as it was", () => {
    for (const value of ["pat-na1-abc", "with space # and hash", 'quo"te', "it's", "a=b", "ünï"])
      assert.equal(parseEnv(envLine("T", value)).T, value);
  });
});

describe("the page of a webview", () => {
  const html = webviewPage({
    nonce: "N0nce",
    script: "s.js",
    style: "s.css",
    source: "https://own.example",
    language: "en",
    texts: { 'Say "{0}"': "Sag „{0}“ <b> & mehr" },
  });

  it("lets in nothing but its own script and style", () => {
    const policy = /content="(default-src[^"]*)"/.exec(html)?.[1];
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-N0nce'; style-src https://own.example 'nonce-N0nce'; font-src https://own.example; base-uri 'none'; form-action 'none'",
    );
    assert.doesNotMatch(html, /unsafe|style="|\son\w+=/);
  });

  it("tells the UI toolkit the nonce, so that no style element of its own is refused", () =>
    assert.match(html, /<meta property="csp-nonce" content="N0nce">/));

  it("brings the texts of the editor's language along as data", () => {
    const written = /name="sluice-l10n" content="([^"]*)"/.exec(html)?.[1] ?? "";
    assert.doesNotMatch(written, /[<>]/);
    const read = written.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    assert.deepEqual(JSON.parse(read), { 'Say "{0}"': "Sag „{0}“ <b> & mehr" });
  });
});
