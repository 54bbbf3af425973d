/** Sends changes to a plain endpoint and reads an outcome for each out of the answers. */
import { type OutgoingChange, type Outcome } from "../../record";
import { SyncFailure } from "../../failure";
import { type Conversation, type DeliverContext, type HttpResponse } from "../destination";
import { checkOptions } from "./check";
import { answered, judge, mayHaveBeenApplied, recordErrors, refusal, type Refusal, scalarAt } from "./judge";
import { type HttpOptions, readOptions } from "./options";
import { build, operationFor, type Operation } from "./request";

export function* deliver(batch: readonly OutgoingChange[], context: DeliverContext): Conversation<readonly Outcome[]> {
  const options = readOptions(context.options);
  const [problem] = checkOptions(context);
  if (problem !== undefined) {
    throw new SyncFailure(problem.code, problem.message, "Mend `destination:` in the sync file and run again.");
  }
  const outcomes: Outcome[] = [];
  const together: OutgoingChange[] = [];
  for (const change of batch) {
    const operation = operationFor(change, options, context);
    if (operation.together) together.push(change);
    else outcomes.push(...(yield* send([change], { operation, options, context })));
  }
  const size = options.batch?.size ?? 1;
  for (let start = 0; start < together.length; start += size) {
    const part = together.slice(start, start + size);
    const operation = operationFor(part[0] as OutgoingChange, options, context);
    outcomes.push(...(yield* send(part, { operation, options, context })));
  }
  return outcomes;
}

interface Sending {
  readonly operation: Operation;
  readonly options: HttpOptions;
  readonly context: DeliverContext;
}

/** One request, and where it was refused whole, the requests that find out which records it was refused for. */
function* send(changes: readonly OutgoingChange[], sending: Sending): Conversation<readonly Outcome[]> {
  const { operation, options, context } = sending;
  const built = build(operation, changes, options, context);
  if ("unfit" in built) return rejected(changes, unfitPath(built.unfit));
  const response = answered(yield built.request);
  const status = response.status;
  if (status === 401) throw notAuthorized();
  if (operation.kind === "delete" && (status === 404 || status === 410))
    return changes.map(({ id }) => ({ outcome: "applied", id }));
  const verdict = judge(response, options);
  if (verdict === "accepted") return accepted(changes, response, sending);
  if (verdict === "unclear" || mayHaveBeenApplied(status))
    return unclear(changes, refusal(response), status, operation);
  if (status === 409 && changes.length === 1 && changes[0]?.action === "create" && context.mode === "insert") {
    return changes.map(({ id }) => ({ outcome: "skipped", id, reason: refusal(response).reason }));
  }
  return yield* refused(changes, response, sending);
}

function accepted(changes: readonly OutgoingChange[], response: HttpResponse, sending: Sending): readonly Outcome[] {
  const { options, operation } = sending;
  const { byChange, unnamed } = recordErrors(response, options.errors, changes);
  const idPath = changes.length === 1 && !operation.together ? options.remote_id : undefined;
  const remoteId = idPath === undefined ? undefined : scalarAt(response.json, idPath);
  return changes.flatMap((change) => {
    const error = byChange.get(change.id);
    if (error !== undefined) return rejected([change], error, response.status);
    // An error that names no record may be about any of the rest.
    if (unnamed !== undefined) return unclear([change], unnamed, response.status, operation);
    return [{ outcome: "applied", id: change.id, ...(remoteId === undefined ? {} : { remoteId }) }];
  });
}

/** Nothing of the request was applied: the records that the answer names are out, the others go again without them. */
function* refused(
  changes: readonly OutgoingChange[],
  response: HttpResponse,
  sending: Sending,
): Conversation<readonly Outcome[]> {
  const { byChange } = recordErrors(response, sending.options.errors, changes);
  const whole = refusal(response);
  const one = changes.length === 1 || !mayBeForOneRecord(response.status);
  if (byChange.size === 0 && one) return rejected(changes, whole, response.status);
  const named = changes.filter(({ id }) => byChange.has(id));
  const outcomes = named.flatMap((change) => rejected([change], byChange.get(change.id) ?? whole, response.status));
  const rest = changes.filter(({ id }) => !byChange.has(id));
  // Named records shrink the batch; without any it is halved. Either way this ends.
  const parts = named.length > 0 ? [rest] : [rest.slice(0, rest.length >> 1), rest.slice(rest.length >> 1)];
  for (const part of parts) if (part.length > 0) outcomes.push(...(yield* send(part, sending)));
  return outcomes;
}

/** Statuses that one record of a batch can cause. The others (no such path, not allowed) would come for each alone too. */
function mayBeForOneRecord(status: number): boolean {
  return status === 400 || status === 409 || status === 413 || status === 422 || (status >= 200 && status < 300);
}

function rejected(changes: readonly OutgoingChange[], why: Refusal, status?: number): Outcome[] {
  return changes.map(({ id }) => ({ outcome: "rejected", id, ...why, ...(status === undefined ? {} : { status }) }));
}

/** The endpoint may have applied it: where that is harmless it counts as not done, else only the user can tell. */
function unclear(
  changes: readonly OutgoingChange[],
  why: Refusal,
  status: number,
  operation: Operation,
): readonly Outcome[] {
  if (!operation.repeatable) return changes.map(({ id }) => ({ outcome: "in doubt", id, reason: why.reason }));
  return changes.map(({ id }) => ({ outcome: "rejected", id, ...why, status, uncertain: true }));
}

function unfitPath(name: string): Refusal {
  return {
    code: "unfit-path",
    reason: `The path needs ${name}, and the record's is empty or cannot stand in a path.`,
    ...(name === "key" || name === "remote_id" ? {} : { field: name }),
  };
}

function notAuthorized(): SyncFailure {
  return new SyncFailure(
    "not-authorized",
    "The endpoint does not accept the credentials.",
    "Check `auth` and `headers` of the connection in sluice.yaml and the secrets they name.",
  );
}
