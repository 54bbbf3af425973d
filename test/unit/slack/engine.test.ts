/** The connector in the engine, over real HTTP, against the sandbox's host. */
import assert from "node:assert/strict";
import { type DeliverContext } from "../../../src/destinations/destination";
import { slack } from "../../../src/destinations/slack";
import { SyncFailure } from "../../../src/failure";
import { type Exchange } from "../../../src/record";
import { createBreaker } from "../../../src/run/breaker";
import { systemClock } from "../../../src/run/clock";
import { connect } from "../../../src/run/connect";
import { deliverBatch } from "../../../src/run/deliver";
import { startSandbox } from "../../../src/sandbox/host";
import { deliverContext, openFields } from "../../support/drive";

const webhook = "https://hooks.slack.com/services/T0SLUICE1/B0HOOK0001/canarycanarycanary";

async function postsBy(config: Record<string, string>, seed?: Parameters<NonNullable<typeof slack.sandbox>>[0]) {
  const host = await startSandbox({ destination: slack, now: () => Date.now() });
  host.seed(seed);
  const publicConfig = Object.fromEntries(Object.keys(config).map((key) => [key, ""]));
  const writer = connect({
    name: "slack",
    destination: slack,
    config: { ...config, base_url: host.url },
    publicConfig,
    secrets: Object.values(config),
    baseUrl: host.url,
    sandbox: true,
    projectRoot: process.cwd(),
    clock: systemClock,
    random: () => 0.5,
  });
  const options = { text: "Hi {{ name }}", ...("token" in config ? { channel: "#general" } : {}) };
  const context: DeliverContext = deliverContext(slack, {
    object: "message",
    mode: "append",
    options,
    fields: openFields({ name: "text" }),
    config: publicConfig,
  });
  try {
    const done = await deliverBatch([{ id: 1, action: "create", key: "k1", fields: { name: "Ada" } }], {
      writer,
      context,
      repeatable: false,
      breaker: createBreaker(() => undefined),
      clock: systemClock,
      signal: new AbortController().signal,
      onCheckpoint: async () => {},
      log: () => {},
    });
    return { ...done, requests: host.requests(), state: host.state() as { messages: readonly { text: string }[] } };
  } finally {
    await writer.close();
    await host.stop();
  }
}

describe("Slack in the engine", () => {
  it("posts with a token", async () => {
    const { settled, state } = await postsBy({ token: "xoxb-canary" });
    assert.deepEqual(
      settled.map(({ outcome }) => outcome.outcome),
      ["applied"],
    );
    assert.deepEqual(
      state.messages.map(({ text }) => text),
      ["Hi Ada"],
    );
  });

  it("posts to a webhook, whose secret address is in no exchange", async () => {
    const { settled, exchanges, requests, state } = await postsBy({ webhook });
    assert.deepEqual(
      settled.map(({ outcome }) => outcome.outcome),
      ["applied"],
    );
    assert.deepEqual(
      state.messages.map(({ text }) => text),
      ["Hi Ada"],
    );
    assert.deepEqual(
      requests.map(({ path }) => path),
      [new URL(webhook).pathname],
    );
    assert.deepEqual(
      exchanges.map(({ request }: Exchange) => new URL(request.url).pathname),
      ["/webhook"],
    );
    assert.ok(!JSON.stringify(exchanges).includes("canary"));
  });

  it("stops where the webhook is gone, and nothing is in doubt", async () => {
    const { settled, failure } = await postsBy({ webhook }, { closed: [new URL(webhook).pathname] });
    assert.deepEqual(settled, []);
    assert.ok(failure instanceof SyncFailure && failure.code === "unauthorized");
    assert.match(failure.message, /switched off or removed/);
  });

  it("takes no webhook of another host", () => {
    for (const elsewhere of ["https://evil.io/services/T1/B1/x", "not an address", "https://hooks.slack.com/"]) {
      assert.throws(
        () => slack.authorize({ webhook: elsewhere }).next(),
        (error) => error instanceof SyncFailure && error.code === "webhook-unusable" && !error.message.includes("evil"),
      );
    }
  });
});
