/** Where the installed package lies, and which version it is. */
import path from "node:path";
import { version as packageVersion } from "../../package.json";

export const version: string = packageVersion;

/** The bundle lies in dist/, the sample beside it in media/. */
export const sampleFolder = path.join(__dirname, "..", "media", "sample");
