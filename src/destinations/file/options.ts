/** What an author writes: the connection's keys in sluice.yaml and the extra keys of `destination:` in a sync file. */
import { z } from "zod";
import { SyncFailure } from "../../failure";
import { type Config } from "../destination";

const inside = "The path stays inside the project: relative, without `..`, not in .sluice or .git.";

export const connection = z.object({
  folder: z
    .string()
    .refine((folder) => folder === "" || isInside(folder), inside)
    .default("")
    .describe("Folder of the files, relative to the project. Left out: the project folder itself."),
});

export const formats = ["csv", "jsonl"] as const;

export const options = z.object({
  path: z
    .string()
    .min(1)
    .refine(isInside, inside)
    .describe("The file, relative to the connection's folder: exports/contacts.csv."),
  format: z
    .enum(formats)
    .optional()
    .describe(
      "`csv` or `jsonl` (JSON Lines, one object a line). Left out: by the file's extension; .tsv is CSV with tabs.",
    ),
  delimiter: z
    .string()
    .length(1)
    .refine((text) => !/["\r\n\ufeff]/.test(text), "A quote or a line break cannot part the cells.")
    .optional()
    .describe("CSV: the character between cells. Left out: a comma, in .tsv a tab."),
  bom: z
    .boolean()
    .default(false)
    .describe("CSV: begin a new file with a byte order mark, which Excel needs to read UTF-8."),
  escape_formulas: z
    .boolean()
    .default(false)
    .describe("CSV: put an apostrophe before texts that a spreadsheet would run as a formula."),
});

/** The file and its form, with every default decided. */
export interface FileForm {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  /** undefined: neither `format` nor the extension tells. */
  readonly format: (typeof formats)[number] | undefined;
  readonly delimiter: string;
  readonly bom: boolean;
  readonly escapeFormulas: boolean;
}

/** Throws SyncFailure where the options cannot be used: they are checked before, so this is the last line. */
export function readForm(config: Config, extra: Config): FileForm {
  const form = formOf(config, extra);
  if (form !== undefined) return form;
  throw new SyncFailure(
    "file-options",
    "The file destination's folder, path or form cannot be used.",
    "Mend the connection in sluice.yaml or `destination:` in the sync file; paths stay inside the project.",
  );
}

/** undefined: the folder or an option cannot be used. */
export function formOf(config: Config, extra: Config): FileForm | undefined {
  const folder = connection.safeParse(config).data?.folder;
  const read = options.safeParse(extra).data;
  if (folder === undefined || read === undefined) return undefined;
  const extension = /\.([^./\\]+)$/.exec(read.path)?.[1]?.toLowerCase();
  return {
    path: [...partsOf(folder), ...partsOf(read.path)].join("/"),
    format: read.format ?? byExtension.get(extension ?? ""),
    delimiter: read.delimiter ?? (extension === "tsv" ? "\t" : ","),
    bom: read.bom,
    escapeFormulas: read.escape_formulas,
  };
}

const byExtension = new Map<string, (typeof formats)[number]>([
  ["csv", "csv"],
  ["tsv", "csv"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
]);

function isInside(path: string): boolean {
  const parts = path.split(/[\\/]/);
  const absolute = parts[0] === "" || /^[A-Za-z]:/.test(path);
  const kept = [".sluice", ".git"];
  return !absolute && !path.includes("\0") && !parts.some((part) => part === ".." || kept.includes(part.toLowerCase()));
}

function partsOf(path: string): readonly string[] {
  return path.split(/[\\/]/).filter((part) => part !== "" && part !== ".");
}
