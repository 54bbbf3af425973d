/**
 * Every destination that has a sandbox meets every fault: the right outcome for each record, limits kept, an end in bounded
 * time, and a report that is true. `SLUICE_FAULTS` is a part of a case's name: only those are tried.
 */
import assert from "node:assert/strict";
import { badField, type Kind, kinds, simulated, type Subject, subjectOf } from "./matrix-subjects";
import { type Destination } from "../../src/destinations/destination";
import { inParallel } from "../../src/run/slots";
import { cases, type Ending, type FaultCase } from "./matrix-cases";
import { makeWorld, type Ran, type World } from "./matrix-world";
import { note, tell } from "./summary";

const only = process.env.SLUICE_FAULTS ?? "";
const table = "Faults";
/** What a run may take at most, by its own clock and by ours. */
const most = { virtualMs: 60 * 60_000, realMs: 60_000 };

const ends = new Map<string, Map<string, string>>();
const tried = cases.filter(({ name }) => name.includes(only));

/** One destination's syncs of one kind, in a world of their own: what became of each case. */
interface Column {
  readonly destination: Destination;
  readonly kind: Kind;
  readonly results: ReadonlyMap<FaultCase, Deferred>;
}
const columns: readonly Column[] = simulated.flatMap((destination) =>
  kinds.map((kind) => ({ destination, kind, results: new Map(tried.map((one) => [one, deferred()])) })),
);

describe("a run whose destination fails", function () {
  this.timeout(240_000);
  // Worlds wait for disks and sockets most of the time: some of them go on beside each other.
  before(() => void inParallel(columns, 4, fill));
  after(() => {
    for (const [name, row] of sums) tell(table, { case: name, ...row });
    for (const line of grid()) note(table, line);
  });

  for (const { destination, kind, results } of columns) {
    const what = kind === "once" ? "what must not be repeated" : "what may be repeated";
    describe(`${destination.label}, ${what}`, () => {
      for (const one of tried) {
        it(`${one.name}: ${told(endOf(one, kind))}`, async function () {
          if ((await results.get(one)?.promise) === "none") this.skip();
        });
      }
    });
  }
});

/** Tries all cases in a world, one after the other. */
async function fill({ destination, kind, results }: Column): Promise<void> {
  let world: World | undefined;
  try {
    const subject = await subjectOf(destination, kind);
    if (subject === undefined) return results.forEach(({ resolve }) => resolve("none"));
    world = await makeWorld(subject);
    for (const [one, { resolve, reject }] of results) {
      if (isFor(one, subject)) await meets(one, subject, world).then(resolve, reject);
      else resolve("none");
    }
  } catch (error) {
    results.forEach(({ reject }) => reject(error));
  } finally {
    await world?.close();
  }
}

type Deferred = ReturnType<typeof deferred>;

function deferred() {
  let resolve: (met: "met" | "none") => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<"met" | "none">((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever looks at it later sees the failure.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function isFor({ only, records }: FaultCase, subject: Subject): boolean {
  if (only !== undefined) return subject.renewable && subject.kind === "repeatable";
  if (records === "one bad") return badField(subject) !== undefined;
  return records === undefined || recordsOf(records, subject) <= 15_000;
}

function recordsOf(wanted: FaultCase["records"], { batch, destination, sample }: Subject): number {
  if (wanted !== "past the limit") return Math.min(4 * batch + 3, 2003);
  const limits = destination.limits(sample.config).map(({ requests }) => requests);
  return limits.length === 0 ? Infinity : batch * (Math.max(...limits) + 20) + 3;
}

async function meets(one: FaultCase, subject: Subject, world: World): Promise<"met"> {
  const records = recordsOf(one.records, subject);
  const bad = one.records === "one bad" ? [2] : [];
  await world.begin(records, bad.length > 0 ? "one bad" : undefined);
  const faults = one.faults.map((fault) => ({ effect: "write" as const, ...fault }));
  const began = performance.now();
  const ran = await world.run(faults, one.waits);
  const realMs = performance.now() - began;
  const again = await world.run([]);
  const { rows, changes } = await world.after();
  const doubt = rows.doubt ?? 0;

  const numbers = Array.from({ length: records }, (_, index) => index + 1).filter((number) => !bad.includes(number));
  const there = new Set(again.held);
  const missing = numbers.filter((number) => !there.has(number));
  const lost = Math.max(0, missing.length - doubt);
  const repeated = again.held.length - there.size;
  const leaked = world.leaks().length;
  const struck = ran.requests.filter(({ fault }) => fault !== undefined).length;
  mark(one, subject, ran);
  sum(one.name, {
    faults: struck,
    ...counted(ran),
    records,
    lost,
    repeated,
    leaked,
  });

  // What cannot be on the wire is refused while planning already.
  const planned = records - ran.changes;
  assert.ok(planned === 0 || planned === bad.length, `${ran.changes} changes of ${records} records`);
  assert.ok(realMs < most.realMs && ran.ms < most.virtualMs, `it took ${ran.ms} ms of its own, ${realMs} ms of ours`);
  reportIsTrue(ran, records);
  endsAs(endOf(one, subject.kind), ran, subject);
  const renewals = ran.requests.filter(({ path, fault }) => path.endsWith("/token") && fault === undefined).length;
  assert.ok(one.end === "any" || renewals <= 1, "renewed more than once");
  keepsLimits(subject, [...ran.requests, ...again.requests]);
  // Once the fault is gone the next run brings what is missing, and nothing twice.
  assert.equal(again.report.status, bad.length > 0 ? "rejected" : "succeeded", JSON.stringify(again.report));
  assert.deepEqual([lost, repeated, leaked, changes], [0, 0, 0, bad.length - planned]);
  if (subject.kind === "repeatable") assert.deepEqual([missing, doubt], [[], 0]);
  else assert.equal(doubt, ran.report.counts.inDoubt);
  return "met";
}

/** What report.json and the rejections say is what the sandbox holds and was asked. */
function reportIsTrue({ report, rejections, requests, held }: Ran, records: number): void {
  const { created, updated, deleted, rejected, inDoubt, skipped, requests: told } = report.counts;
  const applied = created + updated + deleted;
  assert.ok(applied + rejected + inDoubt + skipped <= records, "more outcomes than records");
  if (report.status !== "stopped") assert.equal(applied + rejected + inDoubt + skipped, records);
  const refused = new Set(rejections.map(({ key }) => Number(key)));
  assert.equal(rejections.length, rejected + inDoubt, "a record without a reason");
  assert.equal(refused.size, rejections.length, "two reasons for one record");
  for (const { code, reason } of rejections)
    assert.ok(code !== "" && /^\S.{10}/.test(reason), `"${code}": "${reason}"`);
  const others = held.filter((number) => !refused.has(number));
  // A cut answer never counts as a success, and no success is kept from the report.
  assert.equal(others.length, applied, "applied is what the sandbox holds beyond what was refused");
  assert.equal(requests.length, told, "every request is accounted for");
  if (report.failure !== undefined) {
    const { code, message, hint } = report.failure;
    assert.ok(code !== "internal-error" && message !== "" && hint !== "", JSON.stringify(report.failure));
  }
}

function endsAs(end: Ending, { report, rejections }: Ran, { batch }: Subject): void {
  if (end === "any") return;
  const { inDoubt, rejected } = report.counts;
  if (end === "applied") {
    assert.deepEqual([report.status, inDoubt, rejected, report.failure], ["succeeded", 0, 0, undefined]);
  } else if (end === "refused") {
    assert.deepEqual([report.status, inDoubt, rejected, rejections[0]?.key], ["rejected", 0, 1, 2]);
  } else if (end === "doubt") {
    assert.equal(report.status, "rejected");
    assert.ok(inDoubt > 0 && inDoubt <= batch && rejected === 0, `${inDoubt} in doubt, ${rejected} rejected`);
    assert.ok(rejections.every(({ code }) => code === "in-doubt"));
  } else {
    assert.equal(report.status, "stopped");
    assert.ok(end.stopped.includes(report.failure?.code ?? ""), JSON.stringify(report.failure));
  }
}

/** By the sandbox's own log: it never had to refuse a request, and no window held more writes than the connector declares. */
function keepsLimits({ destination, sample }: Subject, requests: Ran["requests"]): void {
  assert.deepEqual(
    requests.filter(({ status, fault }) => status === 429 && fault === undefined),
    [],
    "the sandbox had to refuse a request",
  );
  const [bucket] = [...destination.limits(sample.config)].sort((a, b) => b.requests / b.perMs - a.requests / a.perMs);
  if (bucket === undefined) return;
  const times = requests.filter(({ effect }) => effect === "write").map(({ at }) => at);
  for (const start of times) {
    const within = times.filter((at) => at >= start && at < start + bucket.perMs).length;
    assert.ok(within <= bucket.requests, `${within} requests in ${bucket.perMs} ms`);
  }
}

function endOf({ end }: FaultCase, kind: Kind): Ending {
  return typeof end === "object" && "repeatable" in end ? end[kind] : end;
}

function told(end: Ending): string {
  if (end === "applied") return "everything is applied, once";
  if (end === "any") return "the report is true, and the next run brings the rest";
  if (end === "refused") return "the bad record is rejected with its reason, all others are applied";
  if (end === "doubt") return "what was struck is in doubt, never sent again, and the rest is applied";
  return `stops as ${end.stopped.join(" or ")}`;
}

/** One row a fault, over all destinations. */
function sum(name: string, counts: Counts): void {
  const before = sums.get(name);
  const added = Object.entries(counts).map(([what, count]) => [what, count + (before?.[what as keyof Counts] ?? 0)]);
  sums.set(name, Object.fromEntries(added) as unknown as Counts);
}

type Counts = ReturnType<typeof counted> &
  Readonly<Record<"faults" | "records" | "lost" | "repeated" | "leaked", number>>;
const sums = new Map<string, Counts>();

function counted({ report: { counts } }: Ran) {
  const { created, updated, requests, retries, inDoubt, rejected } = counts;
  return { requests, retries, applied: created + updated, "in doubt": inDoubt, rejected };
}

function mark({ name }: FaultCase, subject: Subject, { report: { status, counts, failure }, ms }: Ran): void {
  const word = failure?.code ?? (counts.inDoubt > 0 ? `${counts.inDoubt} in doubt` : status);
  const row = ends.get(name) ?? new Map<string, string>();
  ends.set(name, row.set(subject.name, `${word}, ${Math.round(ms / 1000)} s`));
}

/** How each run ended, a fault a line. */
function grid(): readonly string[] {
  const names = [...new Set([...ends.values()].flatMap((row) => [...row.keys()]))];
  const lines = [["", ...names], ...[...ends].map(([name, row]) => [name, ...names.map((one) => row.get(one) ?? "")])];
  const widths = ["", ...names].map((_, index) => Math.max(...lines.map((line) => (line[index] ?? "").length)));
  return lines.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
