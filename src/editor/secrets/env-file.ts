/** Secrets in .env, which git ignores: what the command line and hooks read. */
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import { parsers } from "../parser";
import { envLine } from "./secret-text";

/** First out of git's sight, then on disk. A later line of the same name wins over an earlier one. */
export async function writeEnv(root: string, name: string, value: string): Promise<void> {
  const ignore = path.join(root, ".gitignore");
  const { envIgnoreProblem } = await parsers();
  if (envIgnoreProblem(await textOf(ignore)) !== undefined) await appendLine(ignore, ".env");
  await appendLine(path.join(root, ".env"), envLine(name, value), 0o600);
}

/** With the line ends that the file has. */
async function appendLine(file: string, line: string, mode?: number): Promise<void> {
  const before = await textOf(file);
  const newline = before.includes("\r\n") ? "\r\n" : "\n";
  const start = before === "" || before.endsWith("\n") ? "" : newline;
  await appendFile(file, `${start}${line}${newline}`, mode === undefined ? {} : { mode });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
