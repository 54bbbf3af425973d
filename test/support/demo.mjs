// `npm run demo`: the whole job on the command line, in a fresh copy of the sample project, as a readable transcript.
// It is also a check: a step that does not end as it should ends the demo with what went wrong.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build, giveUp, install, root } from "./install.mjs";

try {
  await install();
  await build();
} catch (error) {
  giveUp(error);
}

const folder = mkdtempSync(path.join(tmpdir(), "sluice-demo-"));
try {
  say("A sample company: its warehouse in DuckDB, and HubSpot as the bundled sandbox.");
  sluice("init . --sample", 0);

  say("What does the model of contacts give?");
  sluice("preview contacts --limit 5", 0);

  say("A dry run: what would be sent? Nothing is; where the sync has no ledger yet, it asks what HubSpot already has.");
  sluice("plan companies --sample 1", 0);
  sluice("plan contacts --first-run send --sample 2", 3);

  say("A live run. Some records cannot be synced: each is reported once, and what HubSpot refused in its own words.");
  sluice("run companies", 0);
  sluice("run contacts --first-run send", 3);

  say("Who was refused, and what did HubSpot answer?");
  sluice("show last", 0);

  say("Mend it: churned customers get a stage, and the model leaves out what is no address.");
  mend("syncs/contacts.sync.yaml", "trial: lead }", "trial: lead, churned: other }");
  mend(
    "models/customers.sql",
    "group by all",
    "where regexp_full_match(trim(c.email), '[^@\\s]+@([^@\\s.]+\\.)+[a-z]+')\ngroup by all",
  );

  say("Send only what was refused.");
  sluice("retry last", 3);

  say(
    "Run it again: nothing changed, so nothing is sent. Left are rows that share a key or an address, or have no key.",
  );
  const report = JSON.parse(sluice("run contacts --format json", 3, { quiet: true }));
  const { counts } = report.runs[0];
  const changes = counts.created + counts.updated + counts.deleted;
  console.log(
    `  ${changes} changes, ${counts.requests} requests, ${counts.unchanged} unchanged, ${counts.rejected} rows rejected`,
  );
  if (changes !== 0 || counts.requests !== 0) throw new Error("The second run should have had nothing to do.");

  say("Every run is kept.");
  sluice("runs", 0);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} text */
function say(text) {
  console.log(`\n# ${text}`);
}

/**
 * Runs the built command as a user would.
 * @param {string} words
 * @param {number} expected exit code
 * @param {{ quiet?: boolean }} [options]
 */
function sluice(words, expected, { quiet = false } = {}) {
  console.log(`\n$ sluice ${words}`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, "dist", "cli.js"), ...words.split(" ")],
    {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
    },
  );
  if (!quiet) process.stdout.write(stdout);
  process.stdout.write(stderr);
  if (status !== 0) console.log(`  (exit code ${status}${status === 3 ? ": some records were rejected" : ""})`);
  if (status !== expected) throw new Error(`sluice ${words} ended with ${status} instead of ${expected}.`);
  return stdout;
}

/**
 * Changes one place of a file and shows the change.
 * @param {string} file
 * @param {string} before
 * @param {string} after
 */
function mend(file, before, after) {
  const place = path.join(folder, file);
  const text = readFileSync(place, "utf8");
  if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
  writeFileSync(place, text.replace(before, after));
  console.log(`\n${file}\n- ${before}\n+ ${after.replaceAll("\n", "\n+ ")}`);
}
