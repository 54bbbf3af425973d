/** What each operation of a destination is told and given in the suite. */
import { type Config, type DeliverContext, type Destination } from "../../src/destinations/destination";
import { type Mode, type OnRemoved, type OutgoingChange } from "../../src/record";
import { deliverContext } from "../support/drive";
import { matchValue, recordOf, type Sample, withoutSecrets } from "./sample";

export function contextOf(
  destination: Destination,
  sample: Sample,
  mode: Mode = usualMode(sample),
  onRemoved: OnRemoved = "keep",
): DeliverContext {
  const { object, options, match, fields } = sample;
  const config = publicConfig(destination, sample);
  const identified = match === "" ? {} : { match };
  return deliverContext(destination, { config, object: object.name, options, ...identified, fields, mode, onRemoved }, [
    object,
  ]);
}

/** Upsert, or what an object takes that knows no records to update. */
function usualMode({ object }: Sample): Mode {
  return object.modes.includes("upsert") ? "upsert" : (object.modes[0] ?? "upsert");
}

export function publicConfig(destination: Destination, sample: Sample): Config {
  return withoutSecrets(destination, sample.config);
}

export function names({ fields }: Sample): readonly string[] {
  return fields.map(({ name }) => name);
}

export function create(sample: Sample, n: number): OutgoingChange {
  const change = { id: n, action: "create", key: `k${n}`, fields: recordOf(sample, n) } as const;
  if (sample.match === "") return change;
  const match = matchValue(
    sample.fields.find(({ name }) => name === sample.match),
    n,
  );
  return { ...change, match };
}

/** Fields of a removal: none, or those to clear. */
export function removed({ fields, match }: Sample, onRemoved: OnRemoved): OutgoingChange["fields"] {
  const cleared =
    onRemoved === "clear" ? fields.filter(({ name, required }) => name !== match && required !== true) : [];
  return Object.fromEntries(cleared.map(({ name }) => [name, null]));
}
