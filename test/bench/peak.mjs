// Imported first into a measured process: leaves its peak resident set, in kilobytes, in a file.
import { writeFileSync } from "node:fs";

process.on("exit", () => writeFileSync(String(process.env.SLUICE_PEAK_FILE), String(process.resourceUsage().maxRSS)));
