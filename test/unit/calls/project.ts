/** A project in a folder of its own, and a session that answers about it: no engine process, no clock of its own. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { terminalEdges } from "../../../src/cli/edges";
import { type Calls, type Place } from "../../../src/calls/calls";
import { createSession } from "../../../src/calls/session";
import { temporaryFolder } from "../../support/temporary.mjs";

export interface TestProject {
  readonly place: Place;
  readonly calls: Calls;
  write(files: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

export const sluiceYaml = `version: 1
warehouses:
  analytics: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  exports: { type: file, folder: exports }
`;

export function openProject(files: Readonly<Record<string, string>>): TestProject {
  const root = temporaryFolder("calls");
  const session = createSession(terminalEdges(() => "error"));
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(more)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
  };
  write({ "sluice.yaml": sluiceYaml, ...files });
  return {
    place: { root },
    calls: session.calls,
    write,
    async close() {
      await session.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A sync of one model into HubSpot's contacts; `fields` and `more` are lines of YAML. */
export function syncOf({
  model = "sql: select 1 as id, 'a@x.io' as email, 'A' as name",
  object = "contacts",
  mode = "upsert",
  fields = ["email: email"],
  more = [],
}: {
  readonly model?: string;
  readonly object?: string;
  readonly mode?: string;
  readonly fields?: readonly string[];
  readonly more?: readonly string[];
}): string {
  return [
    "model:",
    `  ${model}`,
    "  key: id",
    "destination:",
    "  connection: hubspot",
    `  object: ${object}`,
    "  match: email",
    `mode: ${mode}`,
    "fields:",
    ...fields.map((field) => `  ${field}`),
    ...more,
    "",
  ].join("\n");
}
