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
});
