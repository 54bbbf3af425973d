import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { type Calls, type FileProblem, ProblemsFound } from "../../../src/calls/calls";
import { callsOver, serveCalls } from "../../../src/calls/over-jsonrpc";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { type RunProgress } from "../../../src/run/report";
import { fakeCalls } from "./fake-calls";

const place = { root: "/project" };
const progress: RunProgress = { phase: "sending", done: 1, total: 2, rejected: 0, requests: 1, retries: 0 };

describe("calls over a channel", () => {
  const closers: (() => void)[] = [];
  const bugs: unknown[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
    bugs.length = 0;
  });

  function across(answers: Partial<Calls>) {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const engine = createMessageConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
    const editor = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
    const served = serveCalls(engine, fakeCalls(answers), (error) => bugs.push(error));
    const calls = callsOver(editor);
    engine.listen();
    editor.listen();
    closers.push(() => {
      editor.dispose();
      engine.dispose();
    });
    return { calls, editor, served };
  }

  it("hands over arguments and answers as they are, undefined included", async () => {
    const asked: unknown[] = [];
    const { calls } = across({
      exchange: async (...args) => {
        asked.push(args.slice(0, 2));
        return undefined;
      },
    });
    assert.equal(await calls.exchange(place, { run: "r1", exchange: "e1" }), undefined);
    assert.deepEqual(asked, [[place, { run: "r1", exchange: "e1" }]]);
  });

  it("reports the progress of each call to its own listener", async () => {
    const { calls } = across({
      retry: async (_place, ask, report) => {
        report({ ...progress, done: ask.run === "a" ? 1 : 2 });
        throw new Cancelled();
      },
    });
    const seen: Record<string, number[]> = { a: [], b: [] };
    await Promise.allSettled(
      ["a", "b"].map((run) => calls.retry(place, { run }, (told) => seen[run]?.push(told.done))),
    );
    assert.deepEqual(seen, { a: [1], b: [2] });
  });

  const problem: FileProblem = {
    file: "a.sync.yaml",
    line: 1,
    column: 2,
    endLine: 1,
    endColumn: 3,
    code: "unknown-key",
    severity: "error",
    message: "No.",
    path: ["a", 1],
    range: { start: 1, end: 2 },
  };
  const errors: readonly { readonly name: string; readonly thrown: Error }[] = [
    { name: "a failure with its hint", thrown: new SyncFailure("locked", "It is held.", "Wait.") },
    { name: "problems with their places", thrown: new ProblemsFound([problem]) },
    { name: "a cancel", thrown: new Cancelled() },
  ];
  for (const { name, thrown } of errors) {
    it(`throws ${name} on the other side`, async () => {
      const { calls } = across({ overview: () => Promise.reject(thrown) });
      const error = await calls.overview(place).catch((caught: unknown) => caught);
      assert.deepEqual(
        { ...(error as object), message: (error as Error).message, name: (error as Error).name },
        {
          ...thrown,
          message: thrown.message,
          name: thrown.name,
        },
      );
      assert.equal((error as object).constructor, thrown.constructor);
    });
  }

  it("keeps the details of a bug on the engine's side", async () => {
    const { calls } = across({ overview: () => Promise.reject(new Error("token abc is wrong")) });
    await assert.rejects(calls.overview(place), (error: Error) => !error.message.includes("abc"));
    assert.equal((bugs[0] as Error).message, "token abc is wrong");
  });

  it("carries an abort to the call's own signal", async () => {
    const { calls } = across({
      run: (_place, _sync, _options, report, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new Cancelled()));
          report(progress);
        }),
    });
    const abort = new AbortController();
    const running = calls.run(place, { file: "a.sync.yaml" }, {}, () => abort.abort(), abort.signal);
    await assert.rejects(running, Cancelled);
  });

  it("does not begin a call that is cancelled before it arrives", async () => {
    const { calls } = across({ preview: () => Promise.reject(new Error("begun")) });
    const abort = new AbortController();
    const asked = calls.preview(place, { file: "a.sync.yaml" }, { limit: 1 }, abort.signal);
    abort.abort();
    await assert.rejects(asked, Cancelled);
    assert.deepEqual(bugs, []);
  });

  it("asks nothing once the signal is aborted", async () => {
    const { calls } = across({});
    await assert.rejects(calls.check(place, {}, AbortSignal.abort()), Cancelled);
  });

  it("ends calls under way with a failure that says what to do when the channel closes", async () => {
    const { calls, editor } = across({ overview: () => new Promise(() => undefined) });
    const asked = calls.overview(place);
    editor.dispose();
    await assert.rejects(asked, (error: unknown) => error instanceof SyncFailure && error.code === "engine-stopped");
  });

  it("aborts everything under way when told to, and waits for it", async () => {
    let ended = false;
    const { calls, served } = across({
      describe: (_place, _ask, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => {
            ended = true;
            reject(new Cancelled());
          }),
        ),
      overview: async () => {
        await served.abortAll();
        throw new Cancelled();
      },
    });
    const asked = calls.describe(place, { connection: "hubspot" });
    await Promise.allSettled([calls.overview(place), asked]);
    assert.equal(ended, true);
  });
});
