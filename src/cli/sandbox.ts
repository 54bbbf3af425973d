/** sluice sandbox: serves simulators until interrupted. */
import { once } from "node:events";
import { SyncFailure } from "../failure";
import { type Context } from "./context";
import { sandboxFor } from "../sandbox/registry";
import { destinationOf } from "../destinations/index";

export async function serveSandboxes(context: Context, names: readonly string[]): Promise<void> {
  const place = await context.place();
  const { connections } = await context.calls.overview(place);
  const sandboxed = connections.filter(
    ({ kind, sandbox, name }) => kind === "destination" && sandbox && (names.length === 0 || names.includes(name)),
  );
  if (sandboxed.length === 0) {
    throw new SyncFailure(
      "unknown-connection",
      "No such connection of this target has `sandbox: true`.",
      "Set it in sluice.yaml, or choose another target with --target.",
    );
  }
  const hosts = [];
  for (const { name, type, label } of sandboxed) {
    const destination = destinationOf(type);
    if (destination === undefined) continue;
    const host = await sandboxFor({ root: place.root, connection: name, destination, now: () => Date.now() });
    hosts.push(host);
    context.note(`${label} sandbox for "${name}": ${host.url}`);
  }
  context.note("To see what a run makes of a failure, POST one to /__sluice/faults there; GET lists the kinds.");
  context.note("Ctrl-C stops.");
  if (!context.signal.aborted) await once(context.signal, "abort");
  for (const host of hosts) await host.release();
}
