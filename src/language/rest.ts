/** A file without what is being written in it, and what of it decides what is known of the world around. */
import { readYaml } from "../project/yaml-text";
import { cursorAt } from "./cursor";
import { recordAt, recordOf } from "./plain";

/** The text with blanks in place of what is half written at the offset. */
export function readableRest(text: string, offset: number | undefined): string {
  const broken = offset === undefined ? undefined : cursorAt(text, offset).broken;
  if (broken === undefined) return text;
  const blanks = text.slice(broken.start, broken.end).replace(/[^\r\n]/g, " ");
  return text.slice(0, broken.start) + blanks + text.slice(broken.end);
}

export interface RestSubject {
  /** Equal for two texts of which the same is known. */
  readonly all: string;
  /** The same for the model alone. */
  readonly model: string;
  readonly warehouse?: string;
}

export function subjectOf(text: string): RestSubject {
  const data = recordOf(readYaml(text).data) ?? {};
  const { match: _match, ...destination } = recordAt(data, ["destination"]);
  const model = JSON.stringify(data["model"] ?? null);
  const warehouse = recordAt(data, ["model"])["warehouse"];
  return {
    all: JSON.stringify([model, destination]),
    model,
    ...(typeof warehouse === "string" ? { warehouse } : {}),
  };
}
