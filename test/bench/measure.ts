/** What a bench gives, and how it measures the built command from outside. */
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Project, type Ran } from "../support/cli";

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The promise: a larger value is a broken one. */
  readonly most?: number;
  readonly note?: string;
}

export interface Timed extends Ran {
  readonly seconds: number;
  /** Peak resident set of the process, in megabytes. */
  readonly peakMb: number;
}

/** Runs the command and says how long the whole process took and how much memory at most. Throws where it fails. */
export async function timed(project: Project, words: string, expected = 0): Promise<Timed> {
  const file = path.join(tmpdir(), `sluice-peak-${process.pid}`);
  const preload = pathToFileURL(path.join(__dirname, "peak.mjs")).href;
  const began = performance.now();
  const ran = await project.sluice(words, { env: { NODE_OPTIONS: `--import "${preload}"`, SLUICE_PEAK_FILE: file } });
  const seconds = (performance.now() - began) / 1000;
  if (ran.code !== expected) throw new Error(`sluice ${words} ended with ${ran.code}: ${ran.stdout}${ran.stderr}`);
  const peakMb = Number(readFileSync(file, "utf8")) / 1024;
  rmSync(file);
  return Object.assign(ran, { seconds, peakMb });
}

/** The last line of a bench is what the runner reads. */
export function give(measures: readonly Measure[]): void {
  console.log(`\n${JSON.stringify(measures)}`);
}
