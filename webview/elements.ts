/** The only import of the UI toolkit: its controls are registered here and made by the functions below. */
import {
  type Button,
  type Checkbox,
  type PanelTab,
  type Panels,
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodePanels(),
  vsCodePanelTab(),
  vsCodePanelView(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

export function button(
  label: string,
  look: "primary" | "secondary",
  onPress: () => void,
  options: { readonly title?: string } = {},
): HTMLElement {
  const element = document.createElement("vscode-button") as Button;
  element.appearance = look;
  element.textContent = label;
  if (options.title !== undefined) element.title = options.title;
  element.addEventListener("click", onPress);
  return element;
}

export function checkbox(label: string, checked: boolean, onToggle: (checked: boolean) => void): HTMLElement {
  const element = document.createElement("vscode-checkbox") as Checkbox;
  element.textContent = label;
  element.checked = checked;
  element.addEventListener("change", () => onToggle(element.checked));
  return element;
}

/** A field that calls back when typing has paused. */
export function searchField(placeholder: string, onSearch: (text: string) => void): HTMLElement {
  const element = document.createElement("vscode-text-field") as TextField;
  element.placeholder = placeholder;
  element.setAttribute("aria-label", placeholder);
  let timer: ReturnType<typeof setTimeout> | undefined;
  element.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => onSearch(element.value), 250);
  });
  return element;
}

export function progressRing(label: string): HTMLElement {
  const element = document.createElement("vscode-progress-ring");
  element.setAttribute("aria-label", label);
  return element;
}

export interface TabStrip<Id extends string> {
  readonly element: HTMLElement;
  /** The box of each tab's content. */
  readonly views: Readonly<Record<Id, HTMLElement>>;
  select(id: Id): void;
}

export function tabStrip<Id extends string>(
  labels: Readonly<Record<Id, string>>,
  options: { readonly label: string; readonly end: HTMLElement; readonly onSelect: (id: Id) => void },
): TabStrip<Id> {
  const element = document.createElement("vscode-panels") as Panels;
  element.setAttribute("aria-label", options.label);
  const ids = Object.keys(labels) as Id[];
  const views: Partial<Record<Id, HTMLElement>> = {};
  for (const id of ids) {
    const tab = document.createElement("vscode-panel-tab") as PanelTab;
    tab.id = `tab-${id}`;
    tab.textContent = labels[id];
    const view = document.createElement("vscode-panel-view");
    view.id = `view-${id}`;
    views[id] = view;
    element.append(tab);
  }
  for (const id of ids) element.append(views[id] as HTMLElement);
  options.end.slot = "end";
  element.append(options.end);
  // The panels announce their first selection too; only a choice of the user counts.
  let chosen: string | undefined;
  element.addEventListener("change", (event) => {
    if (event.target !== element) return;
    const id = element.activeid.replace(/^tab-/, "") as Id;
    if (id === chosen) return;
    chosen = id;
    options.onSelect(id);
  });
  return {
    element,
    views: views as Record<Id, HTMLElement>,
    select(id) {
      chosen = id;
      element.activeid = `tab-${id}`;
    },
  };
}
