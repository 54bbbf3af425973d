/** The official client, unmodified, against the sandbox: what it reads and writes is what Slack's own would. */
import assert from "node:assert/strict";
import { ErrorCode, LogLevel, WebClient, type WebAPICallResult, type WebAPIPlatformError } from "@slack/web-api";
import { slack } from "../../src/destinations/slack";
import { type SandboxHost, startSandbox } from "../../src/sandbox/host";

const start = Date.UTC(2026, 10, 22, 12);

/** Its refusals are what is looked at here. */
const silent = {
  ...{ debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {} },
  getLevel: () => LogLevel.ERROR,
};

describe("The official Slack client works against the sandbox", () => {
  let host: SandboxHost;
  let now = start;
  const clientFor = (token: string, more: ConstructorParameters<typeof WebClient>[1] = {}): WebClient =>
    new WebClient(token, {
      slackApiUrl: `${host.url}/api/`,
      logger: silent,
      retryConfig: { retries: 0 },
      ...more,
    });
  let client: WebClient;

  beforeEach(async () => {
    now = start;
    // A second passes between two requests, so that no limit bites.
    host = await startSandbox({ destination: slack, now: () => (now += 1_000) });
    client = clientFor("xoxb-any");
  });
  afterEach(() => host.stop());

  const refusal = async (asked: Promise<WebAPICallResult>): Promise<WebAPIPlatformError["data"]> => {
    const error = (await asked.then(
      () => assert.fail("it was not refused"),
      (reason: unknown) => reason,
    )) as WebAPIPlatformError;
    assert.equal(error.code, ErrorCode.PlatformError, String(error));
    return error.data;
  };

  it("learns who it is", async () => {
    const { ok, team_id, team, user, bot_id } = await client.auth.test();
    assert.deepEqual(
      { ok, team_id, team, user, bot_id },
      { ok: true, team_id: "T0SLUICE1", team: "Sluice Sandbox", user: "sluice", bot_id: "B0SLUICE1" },
    );
  });

  it("posts text and blocks to a channel, by name and by id, and replies in the thread", async () => {
    const blocks = [{ type: "section" as const, text: { type: "mrkdwn" as const, text: "*Hi*" } }];
    const first = await client.chat.postMessage({ channel: "#sales", text: "Hi", blocks });
    assert.deepEqual(
      [first.ok, first.channel, first.message?.text, first.message?.bot_id],
      [true, "C0SALES001", "Hi", "B0SLUICE1"],
    );
    const reply = await client.chat.postMessage({ channel: first.channel!, text: "Me too", thread_ts: first.ts! });
    assert.equal(reply.message?.thread_ts, first.ts);
    assert.deepEqual(reply.response_metadata?.scopes?.includes("chat:write"), true);
  });

  it("changes and removes what it posted", async () => {
    const { channel, ts } = await client.chat.postMessage({ channel: "#sales", text: "Hi" });
    assert.equal((await client.chat.update({ channel: channel!, ts: ts!, text: "Ho" })).text, "Ho");
    assert.equal((await client.chat.delete({ channel: channel!, ts: ts! })).ts, ts);
    assert.equal((await refusal(client.chat.delete({ channel: channel!, ts: ts! }))).error, "message_not_found");
  });

  it("finds a person by e-mail, opens a conversation and writes there", async () => {
    const { user } = await client.users.lookupByEmail({ email: "Ada@example.com" });
    assert.equal(user?.profile?.email, "ada@example.com");
    const { channel } = await client.conversations.open({ users: user!.id! });
    const direct = await client.chat.postMessage({ channel: channel!.id!, text: "Hi" });
    const byPerson = await client.chat.postMessage({ channel: user!.id!, text: "Hi" });
    assert.deepEqual([direct.channel, byPerson.channel], [channel!.id, channel!.id]);
    assert.equal((await refusal(client.users.lookupByEmail({ email: "gone@example.com" }))).error, "users_not_found");
  });

  it("pages through channels and people", async () => {
    host.seed({
      users: Array.from({ length: 250 }, (_, index) => ({
        id: `U${index}`,
        name: `p${index}`,
        email: `p${index}@x.io`,
      })),
    });
    const names: string[] = [];
    for await (const page of client.paginate("users.list", { limit: 100 })) {
      names.push(...((page as { members?: { name: string }[] }).members ?? []).map(({ name }) => name));
    }
    assert.deepEqual([names.length, names.at(-1)], [250, "p249"]);
    const { channels } = await client.conversations.list({
      types: "public_channel,private_channel",
      exclude_archived: true,
    });
    assert.deepEqual(
      channels?.map(({ name }) => name),
      ["general", "sales", "data-alerts", "random"],
    );
  });

  for (const [what, error, message] of [
    ["a channel there is not", "channel_not_found", { channel: "C0NOWHERE1", text: "Hi" }],
    ["a channel it is not in", "not_in_channel", { channel: "#random", text: "Hi" }],
    ["an archived channel", "is_archived", { channel: "#old-news", text: "Hi" }],
    ["nothing to say", "no_text", { channel: "#general", text: " " }],
    ["too much to say", "msg_too_long", { channel: "#general", text: "x".repeat(40_001) }],
    ["a thread there is not", "thread_not_found", { channel: "#general", text: "Hi", thread_ts: "1.000001" }],
    [
      "empty blocks",
      "invalid_blocks",
      { channel: "#general", blocks: [{ type: "section", text: { type: "mrkdwn", text: "" } }] },
    ],
  ] as const) {
    it(`is refused ${what} as ${error}`, async () => {
      const data = await refusal(
        client.chat.postMessage(message as unknown as Parameters<typeof client.chat.postMessage>[0]),
      );
      assert.equal(data.error, error);
      if (error === "invalid_blocks")
        assert.deepEqual(data.response_metadata?.messages, [
          "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ]);
    });
  }

  it("is told which scope it lacks, and that its token is no longer good", async () => {
    host.seed({ scopes: ["users:read"], revoked: ["xoxb-old"] });
    const { error, needed, provided } = (await refusal(
      client.chat.postMessage({ channel: "#general", text: "Hi" }),
    )) as unknown as Record<string, string>;
    assert.deepEqual(
      { error, needed, provided },
      { error: "missing_scope", needed: "chat:write", provided: "users:read" },
    );
    assert.equal((await refusal(clientFor("xoxb-old").auth.test())).error, "token_revoked");
  });

  it("is slowed down where it posts too fast, and told for how long", async () => {
    const fast = await startSandbox({ destination: slack, now: () => start });
    try {
      const hasty = new WebClient("xoxb-any", {
        slackApiUrl: `${fast.url}/api/`,
        logger: silent,
        rejectRateLimitedCalls: true,
        retryConfig: { retries: 0 },
      });
      const posted = await Promise.allSettled(
        Array.from({ length: 6 }, () => hasty.chat.postMessage({ channel: "#general", text: "Hi" })),
      );
      const refused = posted.flatMap((one) =>
        one.status === "rejected" ? [one.reason as { code: string; retryAfter: number }] : [],
      );
      assert.ok(refused.length > 0 && refused.length < 6, String(refused.length));
      assert.ok(refused.every(({ code, retryAfter }) => code === ErrorCode.RateLimitedError && retryAfter >= 1));
    } finally {
      await fast.stop();
    }
  });
});
