/** How fast a run goes: records a second over its last moments, and how long the rest will take. Pure. */

interface Sample {
  /** Milliseconds on any clock that only goes on. */
  readonly at: number;
  readonly done: number;
}

/** One bar of the sparkline stands for so many milliseconds. */
const step = 1000;
const bars = 30;

export interface Pace {
  readonly samples: readonly Sample[];
}

export const noPace: Pace = { samples: [] };

/** Keeps the first sample and one a step, the newest always. */
export function withSample({ samples }: Pace, sample: Sample): Pace {
  const last = samples.at(-2) ?? samples.at(-1);
  const kept = last !== undefined && samples.length > 1 && sample.at - last.at < step ? samples.slice(0, -1) : samples;
  return { samples: [...kept, sample].slice(-bars - 1) };
}

/** Records a second of each step, oldest first. */
export function throughput({ samples }: Pace): readonly number[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] as Sample;
    const ms = sample.at - before.at;
    return ms <= 0 ? 0 : Math.max(0, ((sample.done - before.done) / ms) * 1000);
  });
}

/** Over all that is kept: a single slow answer is no news. undefined: not known yet. */
export function rateOf({ samples }: Pace): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 500) return undefined;
  return ((last.done - first.done) / (last.at - first.at)) * 1000;
}

/** Seconds until all is done, by the present rate. */
export function restOf(pace: Pace, progress: { readonly done: number; readonly total?: number }): number | undefined {
  const rate = rateOf(pace);
  if (rate === undefined || rate <= 0 || progress.total === undefined) return undefined;
  return Math.max(0, progress.total - progress.done) / rate;
}

/** The points of a line in a box of this size. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values, 1e-9);
  const gap = width / (bars - 1);
  const left = width - (values.length - 1) * gap;
  const points = values.map((value, index) => [left + index * gap, height - 1 - (value / most) * (height - 2)]);
  return points.map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}
