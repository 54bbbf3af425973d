/** The top of the page: where records go, how they are found and sent, and the guards. */
import { type Mode, type OnRemoved } from "../../src/record";
import { type SyncDefinition } from "../../src/sync/definition";
import { type Intent } from "../../src/sync/intent";
import { type MappingState } from "../mapping-protocol";
import { attributes, element } from "../dom";
import { icon } from "../icons";
import { plainLine, plainText } from "../plain-text";
import { t } from "../text";
import { type Choice, select, textButton } from "./controls";
import { guardsView } from "./guards";
import { post, remember, remembered } from "./host";
import { keyChooser } from "./key-chooser";
import { announce, current, send } from "./store";
import { undoButtons } from "./undo";
import { problemsAt } from "./view-model";

const modes: readonly Mode[] = ["insert", "update", "upsert", "mirror", "append"];
const removals: readonly OnRemoved[] = ["delete", "archive", "clear", "keep"];

export function settingsBar(
  tabs: HTMLElement,
  proposals: { toggle(): void; readonly open: boolean },
): {
  readonly element: HTMLElement;
  update(state: MappingState): void;
} {
  const connection = select(t("Connection"), (value) => set(["destination", "connection"], value));
  const object = select(t("Object"), (value) => set(["destination", "object"], value));
  const match = select(t("Match"), (value) =>
    value === "" ? reset(["destination", "match"]) : set(["destination", "match"], value),
  );
  const mode = select(t("Mode"), (value) => chooseMode(value as Mode));
  const removed = select(t("When a row leaves"), (value) => set(["on_removed"], value));
  const key = keyChooser((columns) => set(["model", "key"], columns.length === 1 ? (columns[0] ?? "") : columns));
  const guards = guardsView();
  const guardsButton = attributes(element("button.toggle", icon("shield"), t("Guards")), {
    type: "button",
    "aria-controls": "guards",
  });
  const showGuards = (isOpen: boolean): void => {
    guards.element.hidden = !isOpen;
    guardsButton.setAttribute("aria-expanded", String(isOpen));
  };
  guardsButton.addEventListener("click", () => {
    const isOpen = guards.element.hidden !== false;
    showGuards(isOpen);
    remember({ guards: isOpen });
  });
  showGuards(remembered().guards === true);

  const autoMap = attributes(element("button.toggle", icon("spark"), t("Auto-map")), {
    type: "button",
    "aria-controls": "proposals",
  });
  const proposed = element("span.count-badge");
  autoMap.append(proposed);
  autoMap.addEventListener("click", () => {
    if (current().proposals.length === 0) announce(t("Nothing is proposed now."));
    proposals.toggle();
    autoMap.setAttribute("aria-expanded", String(proposals.open));
  });

  const parts = {
    connection: setting(t("To"), connection.element),
    object: setting(undefined, object.element),
    match: setting(t("Match"), match.element),
    key: element("div.setting", element("span.dim", t("Key")), key.element),
    mode: setting(t("Mode"), mode.element),
    removed: setting(t("when a row leaves"), removed.element),
  };
  const settings = element("div.settings", ...Object.values(parts), guardsButton);
  const busy = attributes(element("div.busy"), { role: "progressbar", "aria-label": t("Asking…") });
  const made = element(
    "header.top",
    element(
      "div.top-line",
      settings,
      element(
        "div.top-acts",
        tabs,
        autoMap,
        ...undoButtons(),
        textButton(t("Open text"), "secondary", () => post({ type: "reveal", path: [] })),
      ),
    ),
    guards.element,
    busy,
  );

  return {
    element: made,
    update(state) {
      const { definition, proposals: found, object: schema } = state;
      busy.hidden = !state.busy;
      settings.hidden = definition === undefined;
      autoMap.toggleAttribute("disabled", found.length === 0);
      autoMap.title = found.length === 0 ? t("Nothing is proposed now") : t("Proposed mappings, with reasons");
      proposed.textContent = String(found.length);
      proposed.hidden = found.length === 0;
      autoMap.setAttribute("aria-expanded", String(proposals.open));
      if (definition === undefined) {
        guards.element.hidden = true;
        return;
      }
      const { destination } = definition;
      connection.update(state.connections.map(plain), destination.connection);
      object.update(
        state.objects.map(({ name, label }) => ({ value: name, label: plainLine(label ?? name) })),
        destination.object,
      );
      match.update(matchChoices(state), destination.match ?? "");
      parts.match.hidden = schema?.match === "none";
      mode.update(
        modes
          .filter((each) => schema === undefined || schema.modes.includes(each))
          .map((each) => ({ value: each, label: each, title: modeWords(each) })),
        definition.mode,
      );
      mode.element.title = modeWords(definition.mode);
      parts.removed.hidden = definition.mode !== "mirror";
      removed.update(
        removals.filter((each) => schema === undefined || schema.removals.includes(each) || each === "keep").map(plain),
        definition.onRemoved,
      );
      key.update(state.columns, definition.model.key);
      guards.update(state, definition.guards);
      guardsButton.classList.toggle("has-problem", problemsAt(state, ["guards"]).length > 0);
      markProblems(state, parts);
    },
  };
}

function set(path: readonly string[], value: string | readonly string[]): void {
  send({ intent: "set", path, value }, settingWords(path));
}

function reset(path: readonly string[]): void {
  send({ intent: "reset", path }, settingWords(path));
}

function settingWords(path: readonly string[]): string {
  return t("{0} is changed.", path.at(-1) ?? "");
}

/** A mirror says what becomes of records whose row is gone; other modes lose that setting by themselves. */
function chooseMode(mode: Mode): void {
  const { object } = current();
  const setMode = { path: ["mode"], value: mode };
  const [removal = "keep"] = object?.removals ?? [];
  const intent: Intent =
    mode === "mirror"
      ? { intent: "set-all", settings: [setMode, { path: ["on_removed"], value: removal }] }
      : { intent: "set", ...setMode };
  send(intent, t("The mode is now {0}.", mode));
}

function matchChoices({ object, definition }: MappingState): readonly Choice[] {
  const unique = (object?.fields ?? []).filter((field) => field.unique === true);
  const none: readonly Choice[] =
    object?.match === "required" && definition?.destination.match !== undefined
      ? []
      : [{ value: "", label: t("none") }];
  return [
    ...none,
    ...unique.map(({ name, label }) => ({ value: name, label: plainLine(label ?? name), title: plainLine(name) })),
  ];
}

const plain = (value: string): Choice => ({ value, label: plainLine(value) });

function setting(label: string | undefined, control: HTMLElement): HTMLElement {
  return element("label.setting", label === undefined ? undefined : element("span.dim", label), control);
}

const paths = {
  connection: ["destination", "connection"],
  object: ["destination", "object"],
  match: ["destination", "match"],
  key: ["model", "key"],
  mode: ["mode"],
  removed: ["on_removed"],
} as const;

function markProblems(state: MappingState, parts: Readonly<Record<keyof typeof paths, HTMLElement>>): void {
  for (const [name, path] of Object.entries(paths)) {
    const part = parts[name as keyof typeof paths];
    const problems = problemsAt(state, path);
    const problem = problems.find(({ severity }) => severity === "error") ?? problems[0];
    part.classList.toggle("has-problem", problem?.severity === "error");
    part.classList.toggle("has-warning", problem !== undefined && problem.severity !== "error");
    part.title = problem === undefined ? "" : plainText(problem.message);
  }
}

function modeWords(mode: SyncDefinition["mode"]): string {
  switch (mode) {
    case "insert":
      return t("Sends new rows only");
    case "update":
      return t("Changes records that exist");
    case "upsert":
      return t("Creates and changes records");
    case "mirror":
      return t("Creates and changes records, and removes those whose row left the model");
    case "append":
      return t("Sends rows as messages or events");
  }
}
