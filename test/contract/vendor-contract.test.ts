import assert from "node:assert/strict";
import { type HttpRequest } from "../../src/destinations/destination";
import { formOf, vendorContract } from "./vendor-contract";
import { httpResponse } from "../support/drive";

describe("the check against a vendor's own description", () => {
  it("reads a form as the objects and lists it stands for", () => {
    assert.deepEqual(formOf("a[b][c]=1&d[0]=x&d[1]=y&e=%26"), { a: { b: { c: "1" } }, d: ["x", "y"], e: "&" });
  });

  it("is left out where the description is not there", () => {
    assert.equal(vendorContract("nobody/none.json"), undefined);
  });

  const contract = vendorContract("stripe/spec3-2023-09-12.trimmed.json");
  const post = (text: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
    step: "request",
    method: "POST",
    path: "/v1/products/prod_1",
    body: { text, type: "application/x-www-form-urlencoded" },
    effect: "write",
    repeatable: true,
    limits: [],
    ...more,
  });
  const product = {
    ...{ id: "prod_1", object: "product", active: true, created: 1, updated: 1, livemode: false, name: "A" },
    ...{ features: [], images: [], metadata: {}, description: null },
  };

  for (const [what, request, status, body, right] of [
    ["a request and its answer", post("name=A&metadata[a]=b&images[0]=x"), 200, product, true],
    ["an unknown member", post("nmae=A"), 200, product, false],
    ["an unknown member inside", post("package_dimensions[depth]=1"), 200, product, false],
    ["a value of another type", post("active=perhaps"), 200, product, false],
    ["an unknown path", post("name=A", { path: "/v1/produce" }), 200, product, false],
    ["an unknown query", post("name=A", { query: { nmae: "A" } }), 200, product, false],
    ["an answer without what it needs", post("name=A"), 200, { id: "prod_1" }, false],
    ["an answer of another type", post("name=A"), 200, { ...product, name: 3 }, false],
    ["an error", post("name=A"), 400, { error: { type: "invalid_request_error" } }, true],
    ["an error of another shape", post("name=A"), 400, { message: "No" }, false],
  ] as const) {
    it(`${right ? "takes" : "finds"} ${what}`, function () {
      if (contract === undefined) return this.skip();
      const check = () => contract.check(request, httpResponse(status, body));
      if (right) check();
      else assert.throws(check, assert.AssertionError);
    });
  }
});
