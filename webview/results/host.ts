/** The extension host as the results panel sees it. */
import { connectHost } from "../host";
import { type Asks, type FromWebview, type Single, type Tab, type ToWebview } from "../protocol";

interface Remembered {
  readonly tab: Tab;
  readonly group: number;
  /** Pinned results that tabs show in place of their newest. */
  readonly viewing: readonly (readonly [Tab, string])[];
  /** What the page of one result is about: the host finds it again by this after a reload. */
  readonly single: Single;
}

export const { post, ask, listen, remembered, remember } = connectHost<Asks, FromWebview, ToWebview, Remembered>();
