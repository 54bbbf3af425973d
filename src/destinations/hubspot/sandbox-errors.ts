/** HubSpot's error bodies. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";

export interface Fault {
  readonly status: number;
  readonly category: string;
  readonly message: string;
  readonly subCategory?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly errors?: readonly Json[];
}

export function fault(
  status: number,
  category: string,
  message: string,
  more: Omit<Fault, "status" | "category" | "message"> = {},
): Fault {
  return { status, category, message, ...more };
}

export const notFound = fault(404, "OBJECT_NOT_FOUND", "resource not found");

export interface InvalidProperty {
  readonly name: string;
  readonly error: string;
  readonly message: string;
}

/** Several invalid properties in one message, as JSON inside the text: so does the service. */
export function invalidProperties(invalid: readonly InvalidProperty[], portalId: number): Fault {
  const list = invalid.map(({ name, error, message }) => ({
    isValid: false,
    message,
    error,
    name,
    localizedErrorMessage: message,
    portalId,
  }));
  return fault(400, "VALIDATION_ERROR", `Property values were not valid: ${JSON.stringify(list)}`);
}

/** The body of a refused request. */
export function refused(one: Fault, correlationId: string): SandboxResponse {
  return {
    status: one.status,
    body: {
      status: "error",
      message: one.message,
      correlationId,
      category: one.category,
      ...(one.subCategory !== undefined && { subCategory: one.subCategory }),
      ...(one.context && { context: one.context }),
      ...(one.errors && { errors: one.errors }),
    },
  };
}

/** One member of `errors` in an answer of several. */
export function entry(one: Fault, traces: readonly string[]): Json {
  return {
    status: "error",
    category: one.category,
    message: one.message,
    ...(one.subCategory !== undefined && { subCategory: one.subCategory }),
    context: { ...one.context, ...(traces.length > 0 && { objectWriteTraceId: traces }) },
    links: {},
    errors: one.errors ?? [],
  };
}

/** The answer to a batch: 207 where something failed. Results never stand in the order of the request. */
export function several(parts: {
  readonly status: number;
  readonly results: readonly Json[];
  readonly errors: readonly Json[];
  readonly now: number;
}): SandboxResponse {
  const at = new Date(parts.now).toISOString();
  const failed = parts.errors.length > 0;
  return {
    status: failed ? 207 : parts.status,
    body: {
      status: "COMPLETE",
      results: shuffled(parts.results),
      ...(failed && { numErrors: parts.errors.length, errors: parts.errors }),
      startedAt: at,
      completedAt: at,
    },
  };
}

/** The second half backwards, then the first: the same every time, and never the order that was asked for. */
function shuffled(items: readonly Json[]): Json[] {
  const half = Math.floor(items.length / 2);
  return [...items.slice(half).reverse(), ...items.slice(0, half)];
}
