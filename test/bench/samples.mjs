// Imported first into a measured process: leaves a line of instant and resident set, in bytes, each quarter of a second.
import { appendFileSync } from "node:fs";

const file = String(process.env.SLUICE_SAMPLES_FILE);
const take = () => appendFileSync(file, `${Date.now()} ${process.memoryUsage.rss()}\n`);
setInterval(take, 250).unref();
process.on("exit", take);
