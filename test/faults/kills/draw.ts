/** Which runs are killed, and where: each kind of point once by some scenario, the rest by chance. */
import { type Blow } from "./engine";
import { oneOf, type Random, randomFrom } from "../../support/random";
import { type Round } from "./rounds";
import { type Beginning, beginnings, type World } from "./world";

export interface Drawn {
  readonly round?: Round;
  /** Kinds of points that are still to be struck here. */
  readonly left: readonly string[];
}

type Points = Readonly<Record<Beginning, readonly string[]>>;

/** Each kind goes to one of the scenarios that pass it, to the one with the fewest. */
export function share(worlds: readonly (Points | undefined)[]): readonly (readonly string[])[] {
  const mine = worlds.map((): string[] => []);
  const has = worlds.map((points) => new Set(beginnings.flatMap((one) => points?.[one].map(kindOf) ?? [])));
  for (const kind of [...new Set(has.flatMap((kinds) => [...kinds]))].sort()) {
    const able = mine.filter((_, index) => has[index]?.has(kind));
    able.sort((a, b) => a.length - b.length)[0]?.push(kind);
  }
  return mine;
}

export function kindOf(point: string): string {
  return point.replace(/ #\d+$/, "");
}

/** The same for the same seed and number, whatever became of the rounds before, but for the kinds that are left. */
export function drawRound(
  world: World,
  ask: { readonly seed: number; readonly number: number; readonly most: number; readonly left: readonly string[] },
): Drawn {
  const random = randomFrom(ask.seed, `${world.scenario.name} ${ask.number}`);
  const [kind, ...left] = ask.left;
  const able = beginnings.filter((one) => kind !== undefined && world.points[one].some((at) => kindOf(at) === kind));
  const beginning = oneOf(able.length > 0 ? able : beginnings, random);
  const points = world.points[beginning];
  const named = kind === undefined ? points : points.filter((at) => kindOf(at) === kind);
  const first: Blow =
    kind === undefined && random() < 0.3
      ? byChance(world, beginning, random)
      : { at: oneOf(named, random), by: by(random) };
  const blows: Blow[] = [first];
  while (blows.length < Math.min(4, ask.most) && random() < 0.6) blows.push(byChance(world, beginning, random));
  const settle = random() < 0.5 ? "applied" : "resend";
  return { round: { beginning, blows, settle, later: random() < 0.25 }, left };
}

function byChance(world: World, beginning: Beginning, random: Random): Blow {
  if (random() < 0.5) return { step: 1 + Math.floor(random() * world.points[beginning].length), by: by(random) };
  return { afterMs: Math.floor(random() * world.ms[beginning]), by: by(random) };
}

function by(random: Random): Blow["by"] {
  return random() < 0.5 ? "command" : "engine";
}
