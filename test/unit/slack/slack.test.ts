import assert from "node:assert/strict";
import { type DeliverContext, type HttpRequest, type HttpResponse } from "../../../src/destinations/destination";
import { slack } from "../../../src/destinations/slack";
import { SyncFailure } from "../../../src/failure";
import { estimate } from "../../../src/plan/estimate";
import { type OutgoingChange } from "../../../src/record";
import { type SyncDefinition } from "../../../src/sync/definition";
import { type Json } from "../../../src/value";
import { answers, deliverContext, drive, httpResponse, openFields, sandboxed } from "../../support/drive";

const bearer = { authorization: "Bearer xoxb-1" };
const posted = httpResponse(200, { ok: true, channel: "C1", ts: "1.000001" });

function contextOf(options: Record<string, unknown>, names: readonly string[] = ["name"], config = {}): DeliverContext {
  const fields = openFields(Object.fromEntries(names.map((name) => [name, "text"] as const)));
  const { modes } = drive(slack.describe({}, {}), answers()).result[0]!;
  return deliverContext(slack, { object: "message", mode: modes[0]!, options, fields, config });
}

function change(id: number, fields: Record<string, Json> = { name: `N${id}` }): OutgoingChange {
  return { id, action: "create", key: `k${id}`, fields };
}

function deliver(batch: readonly OutgoingChange[], context: DeliverContext, ...given: readonly HttpResponse[]) {
  const { result, steps } = drive(slack.deliver(batch, context), answers(...given));
  return { outcomes: result, requests: steps as readonly HttpRequest[] };
}

function bodyOf(request: HttpRequest | undefined): Json {
  assert.ok(request?.body !== undefined && "json" in request.body);
  return request.body.json;
}

/** The body of the one message that a record becomes. */
function messageOf(options: Record<string, unknown>, fields: Record<string, Json>): Json {
  const context = contextOf({ channel: "#general", ...options }, Object.keys(fields));
  return bodyOf(deliver([change(1, fields)], context, posted).requests[0]);
}

describe("Slack: a record as a message", () => {
  it("is posted once, to the sync's channel, drawing from the workspace's and the channel's limits", () => {
    const context = contextOf({ channel: "#General", text: "Hi {{ name }}" });
    const { requests, outcomes } = deliver([change(1)], context, posted);
    const [{ path, repeatable, limits, changes, headers }] = requests as readonly [HttpRequest];
    assert.deepEqual(
      { path, repeatable, limits, changes, headers },
      {
        path: "/api/chat.postMessage",
        repeatable: false,
        limits: ["messages", "channel/#general"],
        changes: [1],
        headers: { "content-type": "application/json; charset=utf-8" },
      },
    );
    assert.deepEqual(bodyOf(requests[0]), { channel: "#General", text: "Hi N1" });
    assert.deepEqual(outcomes, [{ outcome: "applied", id: 1, created: true, remoteId: "C1:1.000001" }]);
    assert.deepEqual([slack.batching(context).size, slack.batching(context).repeatable], [1, false]);
  });

  it("cannot mention anybody or forge a link: values are escaped, the template's own markup is not", () => {
    const name = "<!channel> & <https://x.io|bank>";
    assert.deepEqual(messageOf({ text: "<@U1> *{{ name }}*" }, { name }), {
      channel: "#general",
      text: "<@U1> *&lt;!channel&gt; &amp; &lt;https://x.io|bank&gt;*",
    });
    assert.deepEqual(messageOf({}, { text: "<@U1>" }), { channel: "#general", text: "&lt;@U1&gt;" });
  });

  it("fills blocks: escaped in texts, as they are in addresses", () => {
    const blocks = [
      { type: "section", text: { type: "mrkdwn", text: "{{ name }}" } },
      {
        type: "actions",
        elements: [
          { type: "button", url: "https://x.io/?a=1&n={{ name }}", text: { type: "plain_text", text: "Open" } },
        ],
      },
    ];
    assert.deepEqual(messageOf({ blocks }, { name: "a&b" }), {
      channel: "#general",
      blocks: [
        { type: "section", text: { type: "mrkdwn", text: "a&amp;b" } },
        {
          type: "actions",
          elements: [{ type: "button", url: "https://x.io/?a=1&n=a&b", text: { type: "plain_text", text: "Open" } }],
        },
      ],
    });
  });

  it("keeps a number in a text a text", () => {
    const blocks = [{ type: "header", text: { type: "plain_text", text: "{{ n }}" } }];
    assert.deepEqual(messageOf({ blocks }, { n: 3 }), {
      channel: "#general",
      blocks: [{ type: "header", text: { type: "plain_text", text: "3" } }],
    });
  });

  it("takes the record's thread, and the sync's name, picture and previews", () => {
    const options = { text: "Hi", username: "Data", icon_emoji: ":tada:", unfurl: false };
    assert.deepEqual(messageOf(options, { thread_ts: "1.000001" }), {
      channel: "#general",
      text: "Hi",
      thread_ts: "1.000001",
      username: "Data",
      icon_emoji: ":tada:",
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  it("is refused here where Slack would cut it", () => {
    const context = contextOf({ channel: "#general", text: "{{ name }}" });
    const { outcomes, requests } = deliver([change(1, { name: "x".repeat(40_001) })], context);
    assert.deepEqual([requests, outcomes.map((one) => "code" in one && one.code)], [[], ["msg_too_long"]]);
  });
});

describe("Slack: where a message goes", () => {
  it("is the record's own channel, then the person with its address, then the sync's channel", () => {
    const context = contextOf({ channel: "#general", text: "Hi" }, ["channel", "email"]);
    const batch = [
      change(1, { channel: "C2", email: "ada@x.io" }),
      change(2, { channel: null, email: " ada@x.io" }),
      change(3, { channel: "", email: null }),
    ];
    const found = httpResponse(200, { ok: true, user: { id: "U1" } });
    const { requests, outcomes } = deliver(batch, context, posted, found, posted, posted);
    assert.deepEqual(
      requests.map(
        ({ path, query, body }) =>
          query ?? [path, body !== undefined && "json" in body && (body.json as { channel: string }).channel],
      ),
      [
        ["/api/chat.postMessage", "C2"],
        { email: "ada@x.io" },
        ["/api/chat.postMessage", "U1"],
        ["/api/chat.postMessage", "#general"],
      ],
    );
    assert.ok(outcomes.every(({ outcome }) => outcome === "applied"));
  });

  it("rejects a record whose person Slack does not know, naming the field", () => {
    const context = contextOf({ text: "Hi" }, ["email"]);
    const { outcomes } = deliver(
      [change(1, { email: "no@x.io" })],
      context,
      httpResponse(200, { ok: false, error: "users_not_found" }),
    );
    assert.deepEqual(outcomes, [
      {
        outcome: "rejected",
        id: 1,
        code: "users_not_found",
        reason: "Slack knows no active person by this e-mail address (users_not_found).",
        field: "email",
        status: 200,
      },
    ]);
  });

  it("rejects a record that has no place", () => {
    const { outcomes } = deliver([change(1, { channel: null })], contextOf({ text: "Hi" }, ["channel"]));
    assert.deepEqual(
      outcomes.map((one) => "code" in one && [one.code, "field" in one && one.field]),
      [["channel-missing", "channel"]],
    );
  });
});

describe("Slack: a digest", () => {
  const digest = { title: "{{ count }} new", line: "• {{ name }}", lines: 2 };

  it("is one message for all records of a run, with as many lines as asked for", () => {
    const context = contextOf({ channel: "#general", digest });
    const batch = [change(1, { name: "a\nb" }), change(2, { name: "<c>" }), change(3), change(4)];
    const { requests, outcomes } = deliver(batch, context, posted);
    assert.deepEqual(bodyOf(requests[0]), { channel: "#general", text: "4 new\n• a b\n• &lt;c&gt;\n… and 2 more" });
    assert.deepEqual(
      requests.map(({ changes }) => changes),
      [[1, 2, 3, 4]],
    );
    assert.ok(outcomes.length === 4 && outcomes.every(({ outcome }) => outcome === "applied"));
    assert.ok(slack.batching(context).size >= 100_000);
  });

  it("stays within what Slack shows, and counts the rest", () => {
    const context = contextOf({ channel: "#general", digest: { ...digest, lines: 100 } });
    const batch = Array.from({ length: 100 }, (_, index) => change(index + 1, { name: "&".repeat(300) }));
    const { text } = bodyOf(deliver(batch, context, posted).requests[0]) as { text: string };
    const lines = text.split("\n");
    assert.ok(text.length <= 4_000, `${text.length}`);
    assert.equal(lines.at(-1), `… and ${100 - (lines.length - 2)} more`);
    assert.ok(!/&(?!amp;)/.test(text), "an escape was cut");
  });

  it("is in doubt as a whole where no answer tells", () => {
    const { outcomes } = deliver(
      [change(1), change(2)],
      contextOf({ channel: "#general", digest }),
      httpResponse(503, ""),
    );
    assert.deepEqual(
      outcomes.map(({ id, outcome }) => [id, outcome]),
      [
        [1, "in doubt"],
        [2, "in doubt"],
      ],
    );
  });
});

describe("Slack: answers", () => {
  const write: HttpRequest = {
    step: "request",
    method: "POST",
    path: "/api/chat.postMessage",
    effect: "write",
    repeatable: false,
    limits: [],
  };
  const hook = { ...write, path: "/webhook" };
  const read: HttpRequest = {
    ...write,
    method: "GET",
    path: "/api/users.lookupByEmail",
    effect: "read",
    repeatable: true,
  };
  const said = (error: string) => httpResponse(200, { ok: false, error });

  for (const [what, request, response, verdict] of [
    ["a message", write, posted, "answer"],
    ["a refused record", write, said("channel_not_found"), "answer"],
    ["an error that nobody knows", write, said("new_error"), "answer"],
    ["a limit in the status", write, httpResponse(429, ""), "throttled"],
    ["a limit in the body", write, said("ratelimited"), "throttled"],
    ["a body that never arrived", write, said("request_timeout"), "throttled"],
    ["a revoked token", write, said("token_revoked"), "expired"],
    ["a missing scope", write, said("missing_scope"), "expired"],
    ["a catastrophe, perhaps after it was posted", write, said("fatal_error"), "transient"],
    ["a proxy's page", write, httpResponse(200, "<html>"), "transient"],
    ["a failing server", write, httpResponse(502, ""), "transient"],
    ["nobody by that address", read, said("users_not_found"), "answer"],
    ["a refused question", read, said("invalid_arguments"), "refused"],
    ["a webhook's success", hook, httpResponse(200, "ok"), "answer"],
    ["a webhook's page", hook, httpResponse(200, "<html>"), "transient"],
    ["a webhook's refusal", hook, httpResponse(400, "invalid_payload"), "answer"],
    ["a webhook that is gone", hook, httpResponse(404, "no_service"), "expired"],
    ["a webhook's archived channel", hook, httpResponse(410, "channel_is_archived"), "expired"],
  ] as const) {
    it(`${what} is ${verdict}`, () => assert.equal(slack.classify(request, response), verdict));
  }

  it("tell what is wrong with blocks, and where", () => {
    const response = httpResponse(200, {
      ok: false,
      error: "invalid_blocks",
      response_metadata: { messages: ["[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"] },
    });
    assert.deepEqual(slack.refusal(response), {
      code: "invalid_blocks",
      reason:
        "Slack does not take these blocks (invalid_blocks). must be more than 0 characters [json-pointer:/blocks/0/text/text].",
    });
  });

  it("tell the scope that is missing", () => {
    const { reason } = slack.refusal(httpResponse(200, { ok: false, error: "missing_scope", needed: "chat:write" }));
    assert.equal(reason, "The token lacks a scope (missing_scope). It needs chat:write.");
  });
});

describe("Slack: what is wrong with a sync", () => {
  const codes = (options: Record<string, unknown>, names: readonly string[] = ["name"], config = {}) => {
    const context = contextOf(options, names, config);
    return slack.check?.(context).map(({ code, path }) => `${path.join(".")} ${code}`);
  };

  it("says what is missing, and what does not go together", () => {
    assert.deepEqual(codes({ channel: "#a", text: "{{ name }}" }), []);
    assert.deepEqual(codes({ text: "x" }), ["channel channel-missing"]);
    assert.deepEqual(codes({ channel: "#a" }), ["text text-missing"]);
    assert.deepEqual(codes({ channel: "#a", text: "{{ nmae }}" }), ["text unknown-placeholder"]);
    assert.deepEqual(codes({ channel: "#a", digest: { title: "{{ name }}", line: "x" } }), [
      "digest.title unknown-placeholder",
    ]);
    assert.deepEqual(codes({ channel: "#a", text: "x", digest: { line: "x" } }), ["text digest-only"]);
    assert.deepEqual(codes({ digest: { line: "x" } }, ["email"]), ["digest digest-addressed"]);
    assert.deepEqual(codes({ text: "x" }, ["name"], { webhook: "" }), []);
    assert.deepEqual(codes({ text: "x", channel: "#a" }, ["name"], { webhook: "" }), ["channel webhook-fixed"]);
    assert.deepEqual(codes({ text: "x" }, ["email"], { webhook: "" }), [" webhook-fixed"]);
  });
});

describe("Slack: a plan's estimate", () => {
  it("is a message a second, whatever reads may cost; a digest is one", () => {
    const counts = { create: 3_600, update: 0, delete: 0 };
    const definition = { name: "s", mode: "append", onRemoved: "keep" } as SyncDefinition;
    const of = (options: Record<string, unknown>) =>
      estimate({ destination: slack, config: {} }, contextOf({ channel: "#a", ...options }), definition, {
        counts,
        run: "r",
      });
    assert.deepEqual(of({ text: "x" }), { requests: 3_600, seconds: 3_600 });
    assert.deepEqual(of({ digest: { line: "x" } }), { requests: 1, seconds: 1 });
  });
});

describe("Slack: reading", () => {
  it("lists the channels to choose from, page by page; without the scope it does without", () => {
    const channels = Array.from({ length: 450 }, (_, index) => ({
      id: `C${String(index).padStart(8, "0")}`,
      name: `c${index}`,
    }));
    const { result, steps } = drive(slack.describe({}), sandboxed(slack.sandbox!({ channels }), bearer));
    const channel = result[0]?.fields.find(({ name }) => name === "channel");
    assert.deepEqual(
      [channel?.options?.length, channel?.options?.[0], steps.length],
      [450, { value: "C00000000", label: "#c0" }, 3],
    );
    const blind = drive(slack.describe({}), sandboxed(slack.sandbox!({ scopes: ["chat:write"] }), bearer)).result;
    assert.deepEqual(blind[0]?.fields.find(({ name }) => name === "channel")?.options, undefined);
  });

  it("finds few people one by one, many in the workspace's list, whoever left never", () => {
    const users = Array.from({ length: 300 }, (_, index) => ({
      id: `U${index}`,
      name: `p${index}`,
      email: `P${index}@x.io`,
      deleted: index === 1,
    }));
    const find = (values: readonly string[]) => {
      const { result, steps } = drive(
        slack.lookup({ object: "user", by: "email", values }, {}),
        sandboxed(slack.sandbox!({ users }), bearer),
      );
      return [result.get("p2@x.io"), result.has("p1@x.io"), result.has("no@x.io"), steps.length];
    };
    const some = ["p1@x.io", "p2@x.io", "no@x.io"];
    assert.deepEqual(find(some), [["U2"], false, false, 3]);
    assert.deepEqual(find([...some, ...Array.from({ length: 100 }, (_, index) => `p${index + 3}@x.io`)]), [
      ["U2"],
      false,
      false,
      2,
    ]);
  });

  it("finds channels by name", () => {
    const { result } = drive(
      slack.lookup({ object: "channel", by: "name", values: ["#Sales", "no"] }, {}),
      sandboxed(slack.sandbox!(), bearer),
    );
    assert.deepEqual([...result], [["#Sales", ["C0SALES001"]]]);
  });

  it("says what it cannot look up", () => {
    assert.throws(
      () => drive(slack.lookup({ object: "user", by: "name", values: ["a"] }, {}), answers()),
      (error) => error instanceof SyncFailure && error.code === "lookup-refused",
    );
  });

  it("tells which workspace it is", () => {
    assert.deepEqual(drive(slack.probe({}), sandboxed(slack.sandbox!(), bearer)).result, {
      account: "T0SLUICE1",
      label: "Slack workspace Sluice Sandbox (as sluice)",
    });
  });
});
