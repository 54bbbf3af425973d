/** Makes a project folder: an empty one, or the sample with its warehouse. Never touches a file that exists. */
import { cp, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { SyncFailure } from "../failure";
import { asUser } from "../run/umask";
import { openDuckDb } from "../warehouses/duckdb-driver";
import { projectFile } from "./workspace";

/** The ignore entries every project needs. */
const ignored = [".sluice/", ".env"];

export function initProject(folder: string, text = starter): Promise<readonly string[]> {
  return asUser(() => makeProject(folder, text));
}

async function makeProject(folder: string, text: string): Promise<readonly string[]> {
  await refuseExisting(folder);
  await mkdir(path.join(folder, "syncs"), { recursive: true });
  await writeFile(path.join(folder, projectFile), text, { flag: "wx" });
  await ignore(folder, ignored);
  return [projectFile];
}

/** `sample` is the folder that holds the sample's files and its warehouse.sql. */
export function initSample(folder: string, sample: string): Promise<readonly string[]> {
  return asUser(() => makeSample(folder, sample));
}

async function makeSample(folder: string, sample: string): Promise<readonly string[]> {
  await refuseExisting(folder);
  await mkdir(folder, { recursive: true });
  await cp(sample, folder, {
    recursive: true,
    errorOnExist: false,
    force: false,
    filter: (source) => path.basename(source) !== "gitignore",
  });
  const entries = (await readFile(path.join(sample, "gitignore"), "utf8")).split("\n").filter((line) => line !== "");
  await ignore(folder, entries);
  await buildWarehouse(
    path.join(folder, "warehouse.duckdb"),
    await readFile(path.join(sample, "warehouse.sql"), "utf8"),
  );
  return [
    projectFile,
    "warehouse.duckdb",
    "syncs/companies.sync.yaml",
    "syncs/contacts.sync.yaml",
    "syncs/nps.sync.yaml",
  ];
}

/** Runs the script into a new file beside and renames it: an interrupted build leaves no half warehouse. */
async function buildWarehouse(file: string, script: string): Promise<void> {
  const unfinished = `${file}.new`;
  const database = await openDuckDb(unfinished);
  try {
    await database.run(script);
    await database.run("checkpoint");
  } finally {
    database.close();
  }
  await rename(unfinished, file);
}

async function refuseExisting(folder: string): Promise<void> {
  const present = await stat(path.join(folder, projectFile)).catch(() => undefined);
  if (present !== undefined) {
    throw new SyncFailure(
      "project-exists",
      "There is a sluice.yaml in this folder already.",
      "Name another folder; nothing was changed.",
    );
  }
}

async function ignore(folder: string, entries: readonly string[]): Promise<void> {
  const file = path.join(folder, ".gitignore");
  const text = await readFile(file, "utf8").catch(() => "");
  const present = new Set(text.split("\n").map((line) => line.trim()));
  const missing = entries.filter((entry) => !present.has(entry));
  if (missing.length > 0)
    await writeFile(file, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`);
}

const starter = `# A Sluice project. Connections are named here; syncs are the *.sync.yaml files below this folder.
version: 1

warehouses:
  analytics: { type: duckdb, path: warehouse.duckdb }

destinations:
  # sandbox: true talks to a simulator on this machine. Your account: token: "\${secret:HUBSPOT_TOKEN}"
  hubspot: { type: hubspot, sandbox: true }
`;
