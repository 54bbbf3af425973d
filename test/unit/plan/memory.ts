import { z } from "zod";
import { type Destination } from "../../../src/destinations/destination";
import { toJson } from "../../../src/value";

/** The connector of the simulated destination: it refuses the text "bad" and stores everything as text. */
export function destinationOf(): Destination {
  const nothing = function* () {
    yield* [];
    throw new Error("not asked for");
  };
  return {
    type: "memory",
    label: "Memory",
    version: 1,
    documentation: "",
    connection: z.object({}),
    options: z.object({}),
    transport: "http",
    baseUrl: () => "",
    authorize: nothing,
    probe: nothing,
    describe: nothing,
    read: nothing,
    readSize: 100,
    lookup: nothing,
    batching: () => ({ size: 100, repeatable: true }),
    deliver: nothing,
    classify: () => "answer",
    refusal: () => ({ code: "refused", reason: "Refused." }),
    limits: () => [{ name: "all", requests: 10, perMs: 1_000 }],
    encode: (value) =>
      value?.text === "bad"
        ? { refused: "The field does not take this.", code: "invalid-value" }
        : { wire: value === null ? null : toJson(value) },
    canRefuse: (_field, type) => type === "text",
    normal: (wire) => (wire === null || wire === "" ? null : typeof wire === "string" ? wire : JSON.stringify(wire)),
  };
}
