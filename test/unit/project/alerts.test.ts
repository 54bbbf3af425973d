import assert from "node:assert/strict";
import { alertsTogether } from "../../../src/project/alerts";
import { parseProject } from "../../../src/project/parse";
import { resolveProject } from "../../../src/project/resolve";
import { expectProblems } from "./expectations";

const head = `version: 1
destinations:
  crm: { type: hubspot }
  chat: { type: slack }
  hook: { type: slack, webhook: "\${secret:HOOK}" }
`;

describe("alerts of sluice.yaml", () => {
  for (const [title, more] of [
    [
      "a connection that is not there",
      'alerts: [{ connection: chta }]\n#                      ^^^^ unknown-connection: Did you mean "chat"?\n',
    ],
    [
      "one that cannot carry them",
      "alerts: [{ connection: crm }]\n#                      ^^^ alert-unsupported: HubSpot cannot carry alerts\n",
    ],
    ["a missing channel", "alerts: [{ connection: chat }]\n#        ^^^^^^^^^^^^^^^^^^^^ alert-channel: add channel\n"],
    [
      "a channel that a webhook has no say in",
      "alerts: [{ connection: hook, channel: a }]\n#                                     ^ alert-channel: Remove the channel\n",
    ],
    [
      "an event there is not",
      'alerts: [{ connection: hook, on: [fail] }]\n#                                 ^^^^ invalid-value: Did you mean "failed"?\n',
    ],
    [
      "those of a target",
      "targets:\n  prod:\n    alerts: [{ connection: crm }]\n#                          ^^^ alert-unsupported: HubSpot\n",
    ],
  ] as const) {
    it(`finds ${title}`, () => expectProblems(head + more, (text) => parseProject(text).problems));
  }

  it("takes connections that only a target has", () => {
    const text =
      "version: 1\nalerts: [{ connection: chat, channel: '#a' }]\ntargets: { prod: { destinations: { chat: { type: slack } } } }\n";
    assert.deepEqual(parseProject(text).problems, []);
  });

  it("are those of the target, or else of the project", () => {
    const { file } = parseProject(
      `${head}alerts: [{ connection: hook }]\ntargets: { dev: {}, quiet: { alerts: [] } }\n`,
    );
    const alerts = (target: string) => resolveProject(file!, "/p", target).alerts;
    assert.deepEqual(
      [alerts("dev"), alerts("quiet")],
      [[{ connection: "hook", on: ["failed", "rejected", "guarded"] }], []],
    );
  });

  it("give way to what the sync says of the same place", () => {
    const project = [
      { connection: "a", on: ["failed"] },
      { connection: "b", on: ["failed"] },
    ] as const;
    const sync = [{ connection: "a", on: ["succeeded"] }] as const;
    assert.deepEqual(alertsTogether(project, sync), [sync[0], project[1]]);
  });
});
