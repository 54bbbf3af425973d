/** Commands that only look: check, preview, runs, show, connections, describe. */
import { type FileProblem, type Place, ProblemsFound, type SyncSummary } from "../calls/calls";
import { type Doubt } from "../ledger/ledger";
import { type Exchange, type Rejection } from "../record";
import { type RunReport } from "../run/report";
import { SyncFailure } from "../failure";
import { type Context, json, problemJson } from "./context";
import { count, oneLine, type Paint, plural, table } from "./paint";
import { renderProblems } from "./render-problems";
import { renderRun, renderRuns } from "./render-run";
import { allRejections, runJson } from "./run";

export async function checkCommand(
  context: Context,
  files: readonly string[] | undefined,
  paint: Paint,
  looks: "files" | "values",
): Promise<void> {
  const place = await context.place();
  const checked = await context.calls.check(
    place,
    files === undefined ? {} : { files: files.map((file) => ({ file })) },
    context.signal,
  );
  const problems = looks === "files" ? checked : [...checked, ...(await misfits(context, place, files, checked))];
  if (problems.some((problem) => problem.severity === "error")) context.exit.add("problems");
  context.print(
    context.format === "json"
      ? json({ version: 1, command: "check", problems: problems.map(problemJson) })
      : renderProblems(problems, paint),
  );
}

/** Of each sync without errors, the rows whose values will be rejected. They are warnings: a run sends the others. */
async function misfits(
  { calls, signal }: Context,
  place: Place,
  files: readonly string[] | undefined,
  checked: readonly FileProblem[],
): Promise<readonly FileProblem[]> {
  const broken = new Set(checked.filter(({ severity }) => severity === "error").map(({ file }) => file));
  const syncs = (files ?? (await calls.overview(place)).syncs.map(({ file }) => file)).filter(
    (file) => file.endsWith(".sync.yaml") && !broken.has(file),
  );
  const found: FileProblem[] = [];
  for (const file of syncs) {
    try {
      found.push(...(await calls.fit(place, { file }, signal)).problems);
    } catch (error) {
      if (!(error instanceof ProblemsFound)) throw error;
      // A warehouse that fails on a row, say: the check without rows could not know.
      const known = new Set(checked.map(({ code, line }) => `${code} ${line}`));
      found.push(...error.problems.filter(({ code, line }) => !known.has(`${code} ${line}`)));
    }
  }
  return found;
}

export async function previewCommand(
  context: Context,
  sync: SyncSummary,
  ask: { readonly limit: number; readonly records: boolean },
  paint: Paint,
): Promise<void> {
  const place = await context.place();
  await reportingProblems(context, paint, async () => {
    if (ask.records) {
      const records = await context.calls.records(place, { file: sync.file }, { limit: ask.limit }, context.signal);
      if (context.format === "json") return context.print(json({ version: 1, command: "preview", records }));
      for (const record of records) {
        context.print(
          `${paint("bold", oneLine(JSON.stringify(record.key)))}${record.rejection === undefined ? "" : paint("red", `  × ${record.rejection.reason}`)}`,
        );
        context.print(json(record.fields));
      }
      return;
    }
    const result = await context.calls.preview(place, { file: sync.file }, { limit: ask.limit }, context.signal);
    const rows: (readonly unknown[])[] = [];
    while (rows.length < result.rows) {
      const window = await context.calls.window({ result: result.result, offset: rows.length, limit: 200 });
      if (window.rows.length === 0) break;
      rows.push(...window.rows);
    }
    if (context.format === "json") {
      const columns = result.columns.map(({ name, native }) => ({ name, type: native }));
      return context.print(json({ version: 1, command: "preview", columns, rows, truncated: result.truncated }));
    }
    const right = new Set(result.columns.flatMap((column, index) => (column.type === "number" ? [index] : [])));
    const head = result.columns.map((column) => paint("bold", column.name));
    const types = result.columns.map((column) => paint("dim", column.native.toLowerCase()));
    context.print(table([head, types, ...rows.map((row) => row.map((cell) => cellText(cell, paint)))], right));
    context.print(
      paint(
        "dim",
        `${plural(result.rows, "row")}${result.truncated ? " shown, there are more" : ""} · ${count(result.ms)} ms`,
      ),
    );
  });
}

export async function runsCommand(
  context: Context,
  ask: { readonly sync?: string; readonly limit: number },
  paint: Paint,
): Promise<void> {
  const reports = await context.calls.runs(await context.place(), ask);
  context.print(
    context.format === "json" ? json({ version: 1, command: "runs", runs: reports }) : renderRuns(reports, paint),
  );
}

export async function showCommand(context: Context, run: string, paint: Paint): Promise<void> {
  const place = await context.place();
  const report = await context.calls.runReport(place, { run });
  const rejections = await allRejections(context, place, report.id);
  const doubts = await unsettled(context, place, report);
  if (context.format === "json") {
    const exchanges: Record<string, Exchange> = {};
    for (const id of new Set(rejections.flatMap(({ exchange }) => exchange ?? []))) {
      const exchange = await context.calls.exchange(place, { run: report.id, exchange: id });
      if (exchange !== undefined) exchanges[id] = exchange;
    }
    return context.print(
      json({
        version: 1,
        command: "show",
        runs: [{ ...runJson(report, rejections), unsettled: doubts.map(({ key }) => key), exchanges }],
      }),
    );
  }
  context.print(renderRun(report, paint, doubts.length > 0 ? [{ run: report.id, records: doubts.length }] : []));
  if (doubts.length > 0) {
    const shown = doubts.slice(0, 20).map(({ key }) => oneLine(key, 40));
    context.print(`      still in doubt: ${shown.join(", ")}${doubts.length > shown.length ? ", …" : ""}`);
  } else if (report.counts.inDoubt > 0) {
    context.print(paint("dim", "  Every record that was in doubt has been settled."));
  }
  for (const example of examples(rejections)) {
    const where = [example.stage, example.field].filter((part) => part !== undefined).join(" · ");
    context.print(
      `\n${paint("bold", oneLine(JSON.stringify(example.key)))}  ${where}: ${oneLine(example.reason, 200)}`,
    );
    if (example.exchange !== undefined)
      await printExchange(context, place, { run: report.id, rejection: example, exchange: example.exchange }, paint);
  }
}

/** Records it left in doubt and nobody has settled. */
async function unsettled({ calls, signal }: Context, place: Place, report: RunReport): Promise<readonly Doubt[]> {
  if (report.counts.inDoubt === 0) return [];
  return (await calls.doubts(place, { run: report.id }, signal)).records;
}

/** One record of each reason; those the destination refused first, since they have a request and a response to look at. */
function examples(rejections: readonly Rejection[]): readonly Rejection[] {
  const firsts = new Map<string, Rejection>();
  for (const rejection of rejections) {
    const reason = `${rejection.stage} ${rejection.field ?? ""} ${rejection.code}`;
    if (!firsts.has(reason)) firsts.set(reason, rejection);
  }
  return [...firsts.values()].sort((a, b) => Number(b.stage === "destination") - Number(a.stage === "destination"));
}

export async function connectionsCommand(context: Context, test: boolean, paint: Paint): Promise<void> {
  const place = await context.place();
  const { connections, target } = await context.calls.overview(place);
  const tested = await Promise.all(
    connections.map(async (connection) => {
      if (!test) return { ...connection, result: undefined };
      try {
        const { label } = await context.calls.test(place, { connection: connection.name }, context.signal);
        return { ...connection, result: { ok: true, message: label } };
      } catch (error) {
        if (!(error instanceof SyncFailure)) throw error;
        context.exit.add("stopped");
        return { ...connection, result: { ok: false, message: `${error.message} ${error.hint}` } };
      }
    }),
  );
  if (context.format === "json")
    return context.print(json({ version: 1, command: "connections", target, connections: tested }));
  const head = ["connection", "kind", "type", test ? "test" : "secrets"].map((cell) => paint("dim", cell));
  const rows = tested.map(({ name, kind, label, sandbox, secrets, result }) => [
    name,
    kind,
    sandbox ? `${label} (sandbox)` : label,
    result === undefined
      ? secrets.join(", ")
      : paint(result.ok ? "green" : "red", `${result.ok ? "✓" : "×"} ${result.message}`),
  ]);
  context.print(table([head, ...rows]));
}

export async function describeCommand(context: Context, connection: string | undefined, paint: Paint): Promise<void> {
  const place = await context.place();
  const { connections } = await context.calls.overview(place);
  const names =
    connection === undefined
      ? connections
          .filter(({ kind, type }) => kind === "destination" && type !== "file" && type !== "http")
          .map(({ name }) => name)
      : [connection];
  for (const name of names) {
    const { file, objects } = await context.calls.describe(place, { connection: name }, context.signal);
    if (context.format === "json")
      context.print(json({ version: 1, command: "describe", connection: name, file, objects }));
    else
      context.print(
        `${paint("green", "✓")} ${file}: ${objects.map((object) => `${object.name} (${object.fields.length})`).join(", ")}`,
      );
  }
}

/** Runs a preview; problems in files are printed and set the exit code. */
export async function reportingProblems(context: Context, paint: Paint, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    context.exit.add("problems");
    context.print(
      context.format === "json"
        ? json({ version: 1, command: "preview", problems: error.problems.map(problemJson) })
        : renderProblems(error.problems, paint),
    );
  }
}

interface Shown {
  readonly run: string;
  readonly rejection: Rejection;
  readonly exchange: string;
}

async function printExchange(
  context: Context,
  place: Place,
  { run, rejection, exchange: id }: Shown,
  paint: Paint,
): Promise<void> {
  const exchange = await context.calls.exchange(place, { run, exchange: id });
  if (exchange === undefined) return;
  const { request, response, failure } = exchange;
  context.print(paint("dim", `  → ${request.method} ${request.url}`));
  const answer =
    response === undefined
      ? (failure ?? "no answer")
      : `${response.status ?? ""} ${passage(response.body, rejection.reason)}`.trimStart();
  context.print(paint("dim", `  ← ${answer}`));
}

/** The part of a long answer that says why; the whole exchange is in the run's folder and in --format json. */
function passage(body: string, reason: string): string {
  const room = 320;
  const at = body.indexOf(JSON.stringify(reason).slice(1, -1));
  const start = Math.max(0, at - room / 2);
  return `${start > 0 ? "…" : ""}${oneLine(body.slice(start), room)}`;
}

const cellText = (cell: unknown, paint: Paint): string =>
  cell === null ? paint("dim", "null") : oneLine(typeof cell === "string" ? cell : JSON.stringify(cell), 40);
