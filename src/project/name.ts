/** Names of syncs, connections and targets. They become names of files (ledgers, plans), so they must be able to be. */

const longest = 100;

/** contacts.sync.yaml → contacts. */
export function defaultSyncName(file: string): string {
  const base = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return base.replace(/\.sync\.ya?ml$/i, "");
}

/** Why a name cannot be used, as a sentence, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name.length > longest) return `The name is longer than ${longest} characters. Choose a shorter one.`;
  if (/[\\/:*?"<>|\p{C}]/u.test(name))
    return 'A name cannot hold \\ / : * ? " < > | or control characters. Choose another one.';
  if (/^[. ]|[. ]$/.test(name) || name === "")
    return "A name can neither be empty nor start or end with a dot or a space. Choose another one.";
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name))
    return "Windows reserves this name for a device. Choose another one.";
  return undefined;
}

/** The nearest name that can be used, or undefined. */
export function mendedName(name: string): string | undefined {
  const mended = name
    .replace(/[\\/:*?"<>|\p{C}]+/gu, "-")
    .replace(/^[-. ]+|[-. ]+$/g, "")
    .slice(0, longest);
  return mended !== name && nameProblem(mended) === undefined ? mended : undefined;
}
