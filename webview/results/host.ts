/** The extension host as the results panel sees it. */
import { connectHost } from "../host";
import { type Asks, type FromWebview, type Tab, type ToWebview } from "../protocol";

interface Remembered {
  readonly tab: Tab;
  readonly group: number;
}

export const { post, ask, listen, remembered, remember } = connectHost<Asks, FromWebview, ToWebview, Remembered>();
