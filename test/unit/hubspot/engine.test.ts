/** The connector in the engine, over real HTTP, against the sandbox's host. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { hubspot } from "../../../src/destinations/hubspot";
import { createBreaker } from "../../../src/run/breaker";
import { systemClock } from "../../../src/run/clock";
import { connect } from "../../../src/run/connect";
import { deliverBatch } from "../../../src/run/deliver";
import { startSandbox } from "../../../src/sandbox/host";
import { change, contextOf } from "./drive";

const writerFor = (baseUrl: string) =>
  connect({
    name: "hubspot",
    destination: hubspot,
    config: { token: "pat-secret" },
    publicConfig: { token: "" },
    secrets: ["pat-secret"],
    baseUrl,
    sandbox: true,
    projectRoot: process.cwd(),
    clock: systemClock,
    random: () => 0.5,
  });

const howTo = (writer: ReturnType<typeof writerFor>) => ({
  writer,
  context: contextOf(),
  repeatable: true,
  breaker: createBreaker(() => undefined),
  clock: systemClock,
  signal: new AbortController().signal,
  onCheckpoint: async () => {},
  log: () => {},
});

const contacts = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const email = `${from + index}@x.io`;
    return change(from + index, {
      match: email,
      fields: { email, firstname: "🚀", ...((from + index) % 50 === 0 && { emial: "x" }) },
    });
  });

describe("HubSpot in the engine", () => {
  it("delivers batches at once, splits what was refused whole, and reads back what it wrote", async () => {
    const host = await startSandbox({ destination: hubspot, now: () => Date.now() });
    const writer = writerFor(host.url);
    try {
      assert.deepEqual(await writer.probe(), { account: "62515", label: "HubSpot account 62515 (developer test)" });
      assert.equal((await writer.describe()).length, 6);
      const batches = [contacts(1, 49), contacts(101, 49), contacts(149, 2)];
      const done = await Promise.all(batches.map((batch) => deliverBatch(batch, howTo(writer))));
      const outcomes = done.flatMap(({ settled }) => settled.map(({ outcome }) => outcome));
      assert.deepEqual(
        [outcomes.length, outcomes.filter(({ outcome }) => outcome !== "applied")],
        [
          100,
          [
            {
              outcome: "rejected",
              id: 150,
              code: "PROPERTY_DOESNT_EXIST",
              reason: 'Property "emial" does not exist',
              field: "emial",
              status: 400,
            },
          ],
        ],
      );
      const values = ["1@x.io", "150@x.io"];
      const present = await writer.read({ by: "email", values, fields: ["firstname"] }, contextOf());
      assert.deepEqual(
        [...present.values()].map(({ fields }) => fields),
        [{ firstname: "🚀" }],
      );
      assert.ok(!JSON.stringify(done).includes("pat-secret"));
    } finally {
      await writer.close();
      await host.stop();
    }
  });

  it("stops where the token lacks a scope, instead of rejecting record by record", async () => {
    const refusal = {
      status: "error",
      category: "MISSING_SCOPES",
      message: "This app hasn't been granted all required scopes.",
    };
    let requests = 0;
    const server = createServer((request, response) => {
      requests++;
      request
        .resume()
        .on("end", () => response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(refusal)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const writer = writerFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const { settled, failure } = await deliverBatch(contacts(1, 40), howTo(writer));
      assert.deepEqual([settled, requests], [[], 2]);
      assert.match(String(failure), /granted all required scopes/);
    } finally {
      await writer.close();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
