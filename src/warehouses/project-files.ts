/**
 * Which files of a project a model may read: regular files below its root, reached without leaving it through `..`
 * or a link, and without passing a name that begins with a dot (.env, .git, .sluice).
 */
import { readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

/** A file or pattern as DuckDB must be told it: absolute, and with wildcards that spare hidden files, as in a shell. */
export function patternOf(root: string, file: string): string {
  const inside = insideOf(root, file);
  if (inside === undefined) return file;
  const segments = inside
    .split(sep)
    .map((name) => (/^(\*(?!\*)|\?)/.test(name) ? `[!.]${name.replace(/^\?/, "")}` : name));
  return join(root.replace(/[*?[]/g, "[$&]"), ...segments);
}

/** The path from the root. undefined: the file lies elsewhere (or is a URL). */
function insideOf(root: string, file: string): string | undefined {
  if (/^([a-z][a-z0-9+.-]+:|~)/i.test(file)) return undefined;
  const inside = relative(root, resolve(root, file));
  return inside === "" || isAbsolute(inside) || inside.split(sep)[0] === ".." ? undefined : inside;
}

/** Why a file cannot be read. */
export type Refusal = "missing" | "out of reach";

/** The absolute paths to allow for a file or pattern: the pattern itself, and each file that it may find. */
export async function readableFiles(root: string, file: string): Promise<readonly string[] | Refusal> {
  const home = await realpath(root);
  const inside = insideOf(root, file);
  if (inside === undefined || !isVisible(inside)) return "out of reach";
  const path = join(root, inside);
  const wildcard = inside.search(/[*?[]/);
  if (wildcard < 0) {
    const found = await readable(home, path);
    return typeof found === "string" ? found : [...found, patternOf(root, file)];
  }
  const allowed = [path, patternOf(root, file)];
  const folder = join(root, ...inside.slice(0, wildcard).split(sep).slice(0, -1));
  if (!(await leadsOut(home, folder))) {
    await collect({ home, folder, recursive: inside.slice(wildcard).search(/[\\/]|\*\*/) >= 0 }, allowed);
  }
  return allowed.length > 2 ? allowed : "missing";
}

function isVisible(inside: string): boolean {
  return !isAbsolute(inside) && inside.split(sep).every((name) => !name.startsWith("."));
}

async function readable(home: string, path: string): Promise<readonly string[] | Refusal> {
  try {
    const real = await realpath(path);
    if (!isVisible(relative(home, real))) return "out of reach";
    return (await stat(real)).isFile() ? [path] : "missing";
  } catch {
    return (await leadsOut(home, resolve(path, ".."))) ? "out of reach" : "missing";
  }
}

/** Does the folder, or the nearest above it that exists, really lie outside the project or in a hidden place? */
async function leadsOut(home: string, path: string): Promise<boolean> {
  for (let folder = path; ; folder = resolve(folder, "..")) {
    try {
      const inside = relative(home, await realpath(folder));
      return inside !== "" && !isVisible(inside);
    } catch {
      if (folder === resolve(folder, "..")) return true;
    }
  }
}

async function collect(
  { home, folder, recursive }: { readonly home: string; readonly folder: string; readonly recursive: boolean },
  allowed: string[],
): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isFile()) allowed.push(path);
    else if (entry.isDirectory() && recursive) await collect({ home, folder: path, recursive }, allowed);
    else if (entry.isSymbolicLink() && Array.isArray(await readable(home, path))) allowed.push(path);
  }
}
