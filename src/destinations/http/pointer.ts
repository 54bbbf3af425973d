/** Finds a value in a JSON answer by a JSON pointer (`/errors/0/message`, RFC 6901) or a dotted path (`errors.0.message`). */
export function valueAt(json: unknown, path: string): unknown {
  let here: unknown = json;
  for (const step of stepsOf(path)) {
    if (here === null || typeof here !== "object" || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}

function stepsOf(path: string): readonly string[] {
  if (path === "" || path === ".") return [];
  if (!path.startsWith("/")) return path.split(".");
  return path
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
