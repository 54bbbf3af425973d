/** The extension host as the mapping editor sees it. */
import { connectHost } from "../host";
import { type FromMapping, type ToMapping } from "../mapping-protocol";

/** What is open and where the page stands, while it is hidden. */
interface Remembered {
  readonly open: readonly string[];
  readonly pane: "columns" | "rows" | "fields";
  readonly guards: boolean;
}

export const { post, listen, remembered, remember } = connectHost<
  Record<never, never>,
  FromMapping,
  ToMapping,
  Remembered
>();
