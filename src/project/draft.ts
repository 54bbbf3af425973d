/** The text of a new sluice.yaml: what was chosen, and the rest as comments to be found later. */
import { flowText, scalarText } from "./yaml-write";

export interface DraftConnection {
  readonly name: string;
  readonly type: string;
  /** In the order of the file; a secret as its reference. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Settings that were not given, as comments. */
  readonly more: readonly { readonly name: string; readonly description: string }[];
}

export interface ProjectDraft {
  readonly warehouse: DraftConnection;
  readonly destination: DraftConnection;
}

export function projectText({ warehouse, destination }: ProjectDraft): string {
  return `# A Sluice project. Connections are named here; syncs are the *.sync.yaml files below this folder.
version: 1

warehouses:
${connectionText(warehouse)}
destinations:
${connectionText(destination)}`;
}

function connectionText({ name, type, settings, more }: DraftConnection): string {
  const lines = [
    `  ${scalarText(name)}:`,
    `    type: ${scalarText(type)}`,
    ...Object.entries(settings).map(([key, value]) => `    ${scalarText(key)}: ${flowText(value)}`),
    ...more.map(({ name: key, description }) => `    # ${key}: ${oneLine(description)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
