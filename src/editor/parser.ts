/** The parsers, loaded when the first text is to be read: they bring every schema along, which activation need not wait for. */
import { type ParsedProject } from "../project/project";
import { type ParsedSync } from "../sync/definition";

export interface Parsers {
  parseSync(text: string, file: { readonly name: string }): ParsedSync;
  parseProject(text: string): ParsedProject;
}

let loaded: Promise<Parsers> | undefined;

export function parsers(): Promise<Parsers> {
  loaded ??= Promise.all([import("../sync/parse"), import("../project/parse")]).then(([sync, project]) => ({
    parseSync: sync.parseSync,
    parseProject: project.parseProject,
  }));
  return loaded;
}
