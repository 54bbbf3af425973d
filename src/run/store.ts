/** Runs on disk: `.sluice/runs/<id>/` with report.json, rejections.jsonl and exchanges.jsonl, for the owner only. */
import { promises as fs } from "node:fs";
import path from "node:path";
import { SyncFailure } from "../failure";
import { type Exchange, type Rejection } from "../record";
import { codeOf, diskFailure, replaceFile } from "./disk";
import { linesOf, wholeBytes } from "./lines";
import { groupTest } from "./reasons";
import { type ExchangeSummary, type RunRecorder, type RunReport, type RunStore } from "./report";
import { searchLines, summaryOf } from "./search";

/** `folder`: the `.sluice` folder of a project. Made with the first run. */
export function createRunStore(folder: string): RunStore {
  const runs = path.join(folder, "runs");

  /** Newest first: ids sort by time. */
  async function ids(): Promise<readonly string[]> {
    try {
      const entries = await fs.readdir(runs, { withFileTypes: true });
      const found = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      return found.sort().reverse();
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  }

  async function resolve(id: string): Promise<string | undefined> {
    const all = await ids();
    if (all.includes(id)) return id;
    if (id === "last") return (await newestReport())?.id;
    const begun = id === "" ? [] : all.filter((one) => one.startsWith(id));
    if (begun.length < 2) return begun[0];
    throw new SyncFailure(
      "ambiguous-run",
      `${begun.length} runs begin with "${id}".`,
      `Give more of the id: ${begun.slice(0, 5).join(", ")}${begun.length > 5 ? ", …" : "."}`,
    );
  }

  async function newestReport(): Promise<RunReport | undefined> {
    for (const id of await ids()) {
      const report = await readReport(runs, id);
      if (report !== undefined) return report;
    }
    return undefined;
  }

  return {
    folder: (id) => path.join(runs, id),
    ids,
    resolve,
    async list({ sync, limit = Infinity } = {}) {
      const found: RunReport[] = [];
      for (const id of await ids()) {
        if (found.length >= limit) break;
        const report = await readReport(runs, id);
        if (report !== undefined && (sync === undefined || report.sync === sync)) found.push(report);
      }
      return found;
    },
    async read(id) {
      const found = await resolve(id);
      return found === undefined ? undefined : readReport(runs, found);
    },
    async rejections(id, { offset, limit, group } = { offset: 0, limit: Infinity }) {
      const run = await resolve(id);
      const found: Rejection[] = [];
      if (run === undefined) return found;
      const wanted = group && groupTest(group, (await readReport(runs, run))?.fields ?? []);
      let passed = 0;
      for await (const text of linesOf(path.join(runs, run, "rejections.jsonl"))) {
        if (found.length >= limit) break;
        // Without a group a line before the page need not be read.
        if (wanted === undefined && passed < offset) {
          passed += 1;
          continue;
        }
        const rejection = JSON.parse(text) as Rejection;
        if (wanted !== undefined && !wanted(rejection)) continue;
        if (passed >= offset) found.push(rejection);
        passed += 1;
      }
      return found;
    },
    async exchanges(id, { offset, limit }) {
      const run = await resolve(id);
      const found: ExchangeSummary[] = [];
      if (run === undefined) return found;
      let line = 0;
      for await (const text of linesOf(path.join(runs, run, "exchanges.jsonl"))) {
        if (found.length >= limit) break;
        if (line >= offset) found.push(summaryOf(JSON.parse(text) as Exchange));
        line += 1;
      }
      return found;
    },
    async search(id, ask, signal) {
      const run = await resolve(id);
      if (run === undefined) return { hits: [], more: false };
      const lines = (name: string) => linesOf(path.join(runs, run, name));
      return searchLines({ rejections: lines("rejections.jsonl"), exchanges: lines("exchanges.jsonl") }, ask, signal);
    },
    async exchange(id, exchange) {
      const run = await resolve(id);
      if (run === undefined) return undefined;
      for await (const text of linesOf(path.join(runs, run, "exchanges.idx"))) {
        const [name, start, length] = text.split(" ");
        if (name !== exchange) continue;
        return readExchange(path.join(runs, run, "exchanges.jsonl"), Number(start), Number(length));
      }
      return undefined;
    },
    async begin(id) {
      if (!/^[A-Za-z0-9][\w.-]*$/.test(id)) throw new Error("a run's id is a plain file name");
      await fs.mkdir(runs, { recursive: true, mode: 0o700 }).catch(refuse);
      await ignoredByGit(folder);
      const run = path.join(runs, id);
      await fs.mkdir(run, { mode: 0o700 }).catch(refuse);
      return recorder(run, "new");
    },
    async amend(report, { drop, add }) {
      const run = path.join(runs, report.id);
      const file = path.join(run, "rejections.jsonl");
      const lines: string[] = [];
      for await (const text of linesOf(file)) if (!drop(JSON.parse(text) as Rejection)) lines.push(text);
      for (const rejection of add) lines.push(JSON.stringify(rejection));
      const text = lines.map((line) => `${line}\n`).join("");
      await replaceFile(file, text, 0o600).catch(refuse);
      await replaceFile(path.join(run, "report.json"), reportText(report), 0o600).catch(refuse);
    },
    async reopen(id) {
      const run = path.join(runs, id);
      await fs.mkdir(run, { recursive: true, mode: 0o700 }).catch(refuse);
      // A report that was never finished.
      for (const name of await fs.readdir(run))
        if (/^\.report\.json\..*\.tmp$/.test(name)) await fs.rm(path.join(run, name), { force: true });
      return recorder(run, "kept");
    },
    has: async (id) => (await ids()).includes(id),
  };
}

async function ignoredByGit(folder: string): Promise<void> {
  try {
    await fs.writeFile(path.join(folder, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") refuse(error);
  }
}

/** undefined: the run has no report, as it is under way or ended in the middle, or it is of a version this one cannot read. */
async function readReport(runs: string, id: string): Promise<RunReport | undefined> {
  try {
    const report = JSON.parse(
      await fs.readFile(path.join(runs, id, "report.json"), "utf8"),
    ) as Partial<RunReport> | null;
    return report?.version === 1 && report.id === id ? (report as RunReport) : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readExchange(file: string, start: number, length: number): Promise<Exchange> {
  const handle = await fs.open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, start);
    return JSON.parse(buffer.toString("utf8")) as Exchange;
  } finally {
    await handle.close();
  }
}

/** Lines are gathered and written in order; `finish` writes the rest, then the report, then closes. */
async function recorder(run: string, files: "new" | "kept"): Promise<RunRecorder> {
  const rejections = await openLines(path.join(run, "rejections.jsonl"), files);
  const exchanges = await openLines(path.join(run, "exchanges.jsonl"), files);
  const index = await openLines(path.join(run, "exchanges.idx"), files);
  return {
    async rejected(rejection) {
      await rejections.add(JSON.stringify(rejection));
    },
    async exchanged(exchange) {
      const { start, length } = await exchanges.add(JSON.stringify(exchange));
      await index.add(`${exchange.id} ${start} ${length}`);
    },
    async flush() {
      for (const lines of [rejections, exchanges, index]) await lines.flush();
    },
    async finish(report) {
      for (const lines of [rejections, exchanges, index]) await lines.close();
      await replaceFile(path.join(run, "report.json"), reportText(report), 0o600).catch(refuse);
    },
  };
}

function reportText(report: RunReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

interface Lines {
  /** Where the line stands, in bytes, without its line break. */
  add(line: string): Promise<{ readonly start: number; readonly length: number }>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

async function openLines(file: string, files: "new" | "kept"): Promise<Lines> {
  const handle = await fs.open(file, files === "new" ? "ax" : "a+", 0o600);
  const enough = 64 * 1024;
  // What a crash left half-written would spoil the next line.
  let size = files === "new" ? 0 : await wholeBytes(handle);
  if (files === "kept") await handle.truncate(size);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let writing: Promise<void> = Promise.resolve();

  function write(): Promise<void> {
    if (held.length === 0) return writing;
    const text = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    writing = writing.then(() => handle.appendFile(text)).catch(refuse);
    return writing;
  }
  return {
    async add(line) {
      const text = Buffer.from(`${line}\n`, "utf8");
      const place = { start: size, length: text.length - 1 };
      size += text.length;
      held.push(text);
      heldBytes += text.length;
      if (heldBytes >= enough) await write();
      return place;
    },
    flush: write,
    async close() {
      try {
        await write();
        await handle.sync().catch(refuse);
      } finally {
        await handle.close();
      }
    },
  };
}

function refuse(error: unknown): never {
  throw diskFailure(error, "The run's folder");
}
