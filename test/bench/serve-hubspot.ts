/** HubSpot's sandbox in a process of its own, in memory only, so that neither its memory nor its disk is measured. */
import { hubspot } from "../../src/destinations/hubspot/index";
import { startSandbox } from "../../src/sandbox/host";

/** Said to the parent: at the start, and each tenth of a second. */
export interface Served {
  readonly url: string;
  readonly writes: number;
}

async function main(): Promise<void> {
  let writes = 0;
  const host = await startSandbox({
    destination: hubspot,
    now: Date.now,
    onRequest: ({ effect }) => {
      if (effect === "write") writes += 1;
    },
  });
  host.seed({ limits: { requests: 1_000_000, perMs: 10_000, search: 10_000, daily: 100_000_000 } });
  const say = (): void => void process.send?.({ url: host.url, writes } satisfies Served);
  say();
  setInterval(say, 100);
  process.once("disconnect", () => process.exit());
}

void main();
