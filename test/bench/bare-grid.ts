/** A grid that does nothing but be virtual both ways: what any grid of this size costs in this browser. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";

declare function rowAt(row: number): readonly (string | number | null)[];

const body = document.createElement("div");
const scroller = document.createElement("div");
scroller.dataset.bench = "";
scroller.style.cssText = "height: 600px; overflow: auto; font: 13px monospace";
body.style.position = "relative";
scroller.append(body);
document.body.append(scroller);

const shared = {
  getScrollElement: () => scroller,
  observeElementRect,
  observeElementOffset,
  scrollToFn: elementScroll,
  onChange: () => draw(),
};
const options = (more: Partial<VirtualizerOptions<HTMLElement, HTMLElement>>) =>
  ({ ...shared, ...more }) as VirtualizerOptions<HTMLElement, HTMLElement>;
const down = new Virtualizer(options({ count: 100_000, estimateSize: () => 24, overscan: 6 }));
const across = new Virtualizer(options({ horizontal: true, count: 30, estimateSize: () => 150, overscan: 1 }));

function draw(): void {
  down._willUpdate();
  across._willUpdate();
  body.style.height = `${down.getTotalSize()}px`;
  body.style.width = `${across.getTotalSize()}px`;
  const columns = across.getVirtualItems();
  body.replaceChildren(
    ...down.getVirtualItems().map((row) => {
      const line = document.createElement("div");
      line.style.cssText = `position: absolute; top: 0; left: 0; height: 24px; transform: translateY(${row.start}px)`;
      const values = rowAt(row.index);
      for (const column of columns) {
        const cell = document.createElement("div");
        cell.style.cssText = `position: absolute; top: 0; left: ${column.start}px; width: ${column.size}px; height: 24px; overflow: hidden; white-space: pre`;
        cell.textContent = String(values[column.index]);
        line.append(cell);
      }
      return line;
    }),
  );
}
down._didMount();
across._didMount();
draw();
