/** What is remembered of the results over a restart: ids, counts and reports, never rows. */
import { type PanelState, type Tab } from "../../../webview/protocol";
import { type Held } from "./shelf";

export const memoryKey = "sluice.shown";

export interface Memory {
  readonly tab: Tab;
  /** Plans and runs, which lie on disk. Previews live in the engine only. */
  readonly shown: readonly Held[];
  /** `behind`: a tab shows another result. */
  readonly pinned: readonly { readonly id: string; readonly at: string; readonly behind: boolean }[];
}

export const forgotten: Memory = { tab: "rows", shown: [], pinned: [] };

export function remembering(panel: PanelState, held: readonly Held[]): Memory {
  const lasting = [...new Map(held.map((one) => [one.id, one])).values()].filter(
    ({ tab }) => tab === "plan" || tab === "run",
  );
  const inTab = (id: string) => [panel.plan, panel.run].some((pane) => pane.state === "ready" && pane.id === id);
  return {
    tab: panel.tab,
    shown: lasting,
    pinned: panel.pinned.flatMap(({ pane: { id }, at }) =>
      lasting.some((one) => one.id === id) ? [{ id, at, behind: !inTab(id) }] : [],
    ),
  };
}
