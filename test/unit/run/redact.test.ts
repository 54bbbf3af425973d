import assert from "node:assert/strict";
import { bodyCap, createRedactor } from "../../../src/run/redact";
import { type Exchange } from "../../../src/record";

const secret = 'p"a/ss wörd+1';

function exchange(given: { url?: string; headers?: Record<string, string>; body?: string; answer?: string }): Exchange {
  return {
    id: "x1",
    at: "2026-01-01T00:00:00Z",
    request: { method: "POST", url: given.url ?? "http://h/", headers: given.headers ?? {}, body: given.body ?? "" },
    response: { status: 200, headers: given.headers ?? {}, body: given.answer ?? "" },
    ms: 1,
    changes: [],
  };
}

describe("redaction", () => {
  const spellings: readonly [string, string][] = [
    ["as it is", secret],
    ["in a URL", encodeURIComponent(secret)],
    ["in a URL, in lower case", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["in a form", new URLSearchParams({ secret }).toString().slice(7)],
    ["in JSON", JSON.stringify(secret).slice(1, -1)],
    ["in JSON with escaped slashes", JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/")],
    ["in JSON within JSON", JSON.stringify(JSON.stringify({ secret })).slice(15, -4)],
    ["in a URL within a URL", encodeURIComponent(encodeURIComponent(secret))],
    ["on a page of HTML", secret.replaceAll('"', "&quot;")],
    ["in ASCII JSON", JSON.stringify(secret).slice(1, -1).replaceAll("ö", "\\u00f6")],
  ];
  for (const [title, spelt] of spellings) {
    it(`finds a secret ${title}`, () => {
      const text = createRedactor([secret]).text(`before ${spelt} after`);
      assert.ok(!text.includes(spelt), text);
      assert.match(text, /^before .*•••.* after$/);
    });
  }

  it("finds it in base64 whatever stands before it", () => {
    for (const user of ["", "a", "ab", "abc", "user:"]) {
      const basic = Buffer.from(`${user}${secret}`).toString("base64");
      assert.match(createRedactor([secret]).text(basic), /•••/, user);
    }
  });

  it("blots out headers and parameters that carry credentials, whatever their value", () => {
    const headers = {
      authorization: "Basic QQ==",
      cookie: "a=b",
      "set-cookie": "a=b",
      "x-api-key": "k",
      "x-shopify-access-token": "t",
      "idempotency-key": "stays",
      "content-type": "application/json",
    };
    const { request, response } = createRedactor([]).exchange(
      exchange({ url: "http://h/p?access_token=abc&key=def&limit=3&hapikey=g", headers }),
    );
    assert.equal(request.url, "http://h/p?access_token=•••&key=•••&limit=3&hapikey=•••");
    const kept = Object.entries(request.headers).filter(([, value]) => value !== "•••");
    assert.deepEqual(kept, [
      ["idempotency-key", "stays"],
      ["content-type", "application/json"],
    ]);
    assert.deepEqual(response?.headers, request.headers);
  });

  it("cuts long bodies, and leaves no half of a secret at the cut", () => {
    for (let shift = -secret.length - 5; shift <= 5; shift += 1) {
      const body = `${secret}${"x".repeat(bodyCap + shift - secret.length)}${secret}${"y".repeat(2000)}`;
      const kept = createRedactor([secret]).exchange(exchange({ body })).request.body ?? "";
      assert.match(kept, /… cut: \d+ characters in all$/);
      assert.ok(kept.length < bodyCap + 50);
      assert.ok(!kept.includes(secret.slice(0, 2)), `a part is left at shift ${shift}`);
    }
  });

  it("learns credentials on the way, and passes over empty ones", () => {
    const redactor = createRedactor(["", "first-one"]);
    redactor.add("second-one");
    assert.equal(redactor.text("first-one second-one third-one"), "••• ••• third-one");
  });

  it("finds what is secret within a secret: a key's lines, an address's password, a credentials file's members", () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBg".repeat(3)}\n${"kqhkiG9w0BAQEF".repeat(3)}\n-----END PRIVATE KEY-----\n`;
    const file = JSON.stringify({
      type: "service_account",
      client_email: "a@x.io",
      private_key: key,
      client_secret: "c".repeat(9),
    });
    const address = "postgres://anna:p%40ss%2Fword@db.x.io/crm?password=other-word";
    const cases: readonly [secret: string, said: string][] = [
      [key, `bad key at line 2: ${"MIIEvQIBADANBg".repeat(3)}!`],
      [key, `bad key ${JSON.stringify(key)}`],
      [key, key.replaceAll("\n", "\r\n")],
      [file, `bad key ${"kqhkiG9w0BAQEF".repeat(3)}`],
      [file, `bad secret ${"c".repeat(9)}`],
      [address, "password p@ss/word of anna refused"],
      [address, "other-word"],
      ["token-with-a-break\n", "token-with-a-break refused"],
    ];
    for (const [whole, said] of cases) {
      const text = createRedactor([whole]).text(said);
      assert.match(text, /•••/, said);
      for (const part of [
        "MIIEvQIBADANBgMII",
        "kqhkiG9w0BAQEFkqh",
        "ccccccccc",
        "p@ss/word",
        "other-word",
        "with-a-break",
      ])
        assert.ok(!text.includes(part), text);
    }
    assert.equal(createRedactor([file]).text("a@x.io is a service_account"), "a@x.io is a service_account");
  });

  it("blots out tokens that nobody configured, by the names they come under", () => {
    const { request, response } = createRedactor([]).exchange(
      exchange({
        url: "http://anna:pa55@h/p?%61ccess_token=abc;sig=1#id_token=z",
        headers: { location: "https://anna:pa55@h/next?api_key=k&page=2#access_token=t" },
        body: "grant_type=refresh_token&client_id=7&client_secret=c&refresh_token=r&password=p",
        answer:
          '{"access_token": "a\\"b", "expires_in":5,"hub_refresh_token":"r","email":"a@x.io","note":"token","x":{"Password":"p',
      }),
    );
    assert.equal(request.url, "http://anna:•••@h/p?%61ccess_token=•••;sig=•••#id_token=•••");
    assert.deepEqual(response?.headers, { location: "https://anna:•••@h/next?api_key=•••&page=2#access_token=•••" });
    assert.equal(request.body, "grant_type=refresh_token&client_id=7&client_secret=•••&refresh_token=•••&password=•••");
    assert.equal(
      response?.body,
      '{"access_token": "•••", "expires_in":5,"hub_refresh_token":"•••","email":"a@x.io","note":"token","x":{"Password":"•••"',
    );
  });

  it("leaves no half of a named token at the cut", () => {
    const body = `{"rows":"${"x".repeat(bodyCap - 40)}","access_token":"${"abcdefgh".repeat(100)}"}`;
    assert.ok(
      !(createRedactor(["longer-than-nothing"]).exchange(exchange({ answer: body })).response?.body ?? "").includes(
        "abcd",
      ),
    );
  });
});
