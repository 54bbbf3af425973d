/** A session over a project whose model a test gives. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Calls, type Place, type PreviewResult, type SyncSource } from "../../../src/calls/calls";
import { createSession } from "../../../src/calls/session";
import { environmentSecrets } from "../../../src/project/secrets";
import { type Json } from "../../../src/value";

export interface Models {
  readonly calls: Calls;
  readonly place: Place;
  source(sql: string): SyncSource;
  preview(sql: string, limit?: number): Promise<PreviewResult>;
  /** All rows of the model: at most 200. */
  rows(sql: string): Promise<readonly (readonly Json[])[]>;
  /** Files below .sluice/tmp. */
  leftOvers(): readonly string[];
  close(): Promise<void>;
}

export function openModels(root = mkdtempSync(path.join(tmpdir(), "sluice-spool-"))): Models {
  writeFileSync(
    path.join(root, "sluice.yaml"),
    'version: 1\nwarehouses:\n  main: { type: duckdb, path: ":memory:" }\ndestinations:\n  files: { type: file, folder: out }\n',
  );
  const session = createSession({
    secrets: () => Promise.resolve(environmentSecrets({}, undefined)),
    now: () => Date.now(),
    wait: (ms) => delay(ms),
    random: Math.random,
    log: () => undefined,
  });
  const place = { root };
  const { calls } = session;
  const source = (sql: string): SyncSource => ({
    file: "model.sync.yaml",
    text: `model:\n  sql: |\n${sql.replace(/^/gm, "    ")}\n  key: id\n`,
  });
  const preview = (sql: string, limit?: number): Promise<PreviewResult> =>
    calls.preview(place, source(sql), limit === undefined ? {} : { limit });
  return {
    calls,
    place,
    source,
    preview,
    async rows(sql) {
      const { result } = await preview(sql);
      return (await calls.window({ result, offset: 0, limit: 200 })).rows;
    },
    leftOvers: () =>
      readdirSync(path.join(root, ".sluice/tmp"), { recursive: true, encoding: "utf8" }).filter(
        (name) => !/^results-[^/]*$/.test(name),
      ),
    async close() {
      await session.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
