/** The places of a file together with its edits, for whoever compares it with a schema. */
import { type ConformEdits } from "./conform-fixes";
import { type Problem } from "../problem";
import { secretName } from "./secret-name";
import { removeAt, setAt } from "./yaml-edit";
import { insertAt } from "./yaml-insert";
import { type Places } from "./yaml-places";
import { type YamlText } from "./yaml-text";

export function editable(yaml: YamlText, places: Places): Places & ConformEdits {
  return {
    ...places,
    setAt: (path, value) => setAt(yaml, path, value),
    removeAt: (path) => removeAt(yaml, path),
    insertAt: (path, value, order) => insertAt(yaml, path, value, order),
    secretAt: (path) => `\${secret:${secretName(path)}}`,
  };
}

/** A file in which nothing is written yet gets the keys it begins with. */
export function beginning({ root }: YamlText, text: string, keys: string): Pick<Problem, "fixes"> {
  if (root !== undefined && root.value.end > root.value.start) return {};
  const lead = text === "" || text.endsWith("\n") ? "" : "\n";
  const edits = [{ range: { start: text.length, end: text.length }, text: lead + keys }];
  return { fixes: [{ title: "Write the keys it begins with", edits, preferred: false }] };
}
