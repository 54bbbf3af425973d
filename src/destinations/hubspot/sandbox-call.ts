/** One request as the sandbox's parts see it. */
import { type SandboxResponse } from "../sandbox";
import { type Fault, fault, refused } from "./sandbox-errors";
import { type State } from "./sandbox-state";

export interface Call {
  readonly state: State;
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  /** The body; undefined where there is none. */
  readonly json: unknown;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly correlationId: string;
  refuse(why: Fault): SandboxResponse;
  wrongMethod(): SandboxResponse;
}

export function callOf(parts: Omit<Call, "refuse" | "wrongMethod">): Call {
  const refuse = (why: Fault): SandboxResponse => refused(why, parts.correlationId);
  return {
    ...parts,
    refuse,
    wrongMethod: () => refuse(fault(405, "METHOD_NOT_ALLOWED", `The method ${parts.method} is not allowed here`)),
  };
}
