/** The request a record would become, made by the connector itself and sent by nobody. */
import { type DeliverContext, type Destination, type Step } from "../destinations/destination";
import { type OutgoingChange } from "../record";
import { type WireRequest } from "./calls";

/** A connector that only asks and waits is let go on for so many steps. */
const most = 10;

/**
 * Drives `deliver` to the first request that writes, as if nothing were there yet. A read over HTTP can only be answered
 * by the destination: then that read is what is shown. undefined: the record needs no request.
 */
export function firstRequest(
  destination: Destination,
  change: OutgoingChange,
  context: DeliverContext,
): WireRequest | undefined {
  const conversation = destination.deliver([change], context);
  try {
    let next = conversation.next();
    for (let steps = 0; next.done !== true && steps < most; steps += 1) {
      const shown = shownStep(next.value);
      if (shown !== undefined) return shown;
      next = conversation.next(next.value.step === "file" ? { kind: "file" } : { kind: "done" });
    }
    return undefined;
  } finally {
    // Lets the generator's own `finally` run.
    conversation.return([]);
  }
}

function shownStep(step: Step): WireRequest | undefined {
  if (step.step === "request") {
    const { method, path, query, headers, body, effect } = step;
    const search = new URLSearchParams(query).toString();
    return {
      method,
      path: search === "" ? path : `${path}?${search}`,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: "json" in body ? body.json : body.text }),
      effect,
    };
  }
  if (step.step !== "file" || step.operation === "read") return undefined;
  return { method: step.operation, path: step.path, body: step.text, effect: step.effect };
}
