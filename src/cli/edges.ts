/** Time, chance, secrets and log of a terminal. */
import { setTimeout as delay } from "node:timers/promises";
import process from "node:process";
import { Cancelled } from "../failure";
import { type Edges } from "../calls/edges";
import { readText } from "../project/find";
import { environmentSecrets } from "../project/secrets";

const levels = ["error", "warn", "info", "debug", "trace"] as const;

export function terminalEdges(logLevel: () => string | undefined): Edges {
  return {
    secrets: async (root) => environmentSecrets(process.env, await readText(root, ".env")),
    now: () => Date.now(),
    wait: async (ms, signal) => {
      try {
        await delay(ms, undefined, signal === undefined ? {} : { signal });
      } catch (cause) {
        throw new Cancelled({ cause });
      }
    },
    random: () => Math.random(),
    log: (level, message) => {
      const shown = levels.indexOf((logLevel() ?? "warn") as (typeof levels)[number]);
      if (levels.indexOf(level) <= shown) process.stderr.write(`${level}: ${message}\n`);
    },
  };
}
