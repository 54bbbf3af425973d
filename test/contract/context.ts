/** What each operation of a destination is told and given in the suite. */
import { type Config, type DeliverContext, type Destination } from "../../src/destinations/destination";
import { type Mode, type OnRemoved, type OutgoingChange } from "../../src/record";
import { deliverContext } from "../support/drive";
import { matchValue, recordOf, type Sample, withoutSecrets } from "./sample";

export function contextOf(
  destination: Destination,
  sample: Sample,
  mode: Mode = "upsert",
  onRemoved: OnRemoved = "keep",
): DeliverContext {
  const { object, options, match, fields } = sample;
  return deliverContext(
    destination,
    { config: publicConfig(destination, sample), object: object.name, options, match, fields, mode, onRemoved },
    [object],
  );
}

export function publicConfig(destination: Destination, sample: Sample): Config {
  return withoutSecrets(destination, sample.config);
}

export function names({ fields }: Sample): readonly string[] {
  return fields.map(({ name }) => name);
}

export function create(sample: Sample, n: number): OutgoingChange {
  const match = matchValue(
    sample.fields.find(({ name }) => name === sample.match),
    n,
  );
  return { id: n, action: "create", key: `k${n}`, match, fields: recordOf(sample, n) };
}

/** Fields of a removal: none, or those to clear. */
export function removed({ fields, match }: Sample, onRemoved: OnRemoved): OutgoingChange["fields"] {
  const cleared =
    onRemoved === "clear" ? fields.filter(({ name, required }) => name !== match && required !== true) : [];
  return Object.fromEntries(cleared.map(({ name }) => [name, null]));
}
