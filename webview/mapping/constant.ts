/** One value of a field, chosen or typed as the field's type wants it. */
import { type FieldSchema } from "../../src/destinations/destination";
import { type Json } from "../../src/value";
import { element } from "../dom";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { type Choice, select, textBox } from "./controls";

export interface ConstantControl {
  readonly element: HTMLElement;
  /** `value` undefined: none was chosen yet. `first` is a choice before the others, such as: is rejected. */
  update(schema: FieldSchema | undefined, value: Json | undefined, first?: string): void;
  focus(): void;
}

/** `onGive` gets undefined for the `first` choice. */
export function constantControl(label: string, onGive: (value: Json | undefined) => void): ConstantControl {
  const box = element("span.constant");
  let type: FieldSchema["type"] | undefined;
  let look: "choice" | "text" | undefined;
  const choice = select(label, (text) => onGive(text === none ? undefined : (JSON.parse(text) as Json)));
  const text = textBox({ label, lines: "one" }, (typed) => onGive(parsed(typed, type)));
  return {
    element: box,
    update(schema, value, first) {
      type = schema?.type;
      const choices = choicesOf(schema);
      const next = choices === undefined ? "text" : "choice";
      if (next !== look) {
        look = next;
        box.replaceChildren(next === "choice" ? choice.element : text.element);
      }
      if (choices === undefined) {
        text.element.placeholder = first ?? "";
        return text.update(value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
      }
      const present = value === undefined ? none : JSON.stringify(value);
      const stranger = value !== undefined && !choices.some((each) => each.value === present);
      choice.update(
        [
          { value: none, label: first ?? t("Choose…") },
          ...(stranger ? [{ value: present, label: plainLine(String(value)) }] : []),
          ...choices,
        ],
        present,
      );
    },
    focus: () => (look === "choice" ? choice.element : text.element).focus(),
  };
}

const none = "";

function choicesOf(schema: FieldSchema | undefined): readonly Choice[] | undefined {
  if (schema?.type === "boolean")
    return [
      { value: "true", label: "true" },
      { value: "false", label: "false" },
    ];
  if (schema?.type !== "option" || schema.options === undefined || schema.options.length === 0) return undefined;
  return schema.options.map(({ value, label }) => ({
    value: JSON.stringify(value),
    label: plainLine(label === undefined || label === value ? value : `${value} (${label})`),
  }));
}

/** Numbers for fields of numbers where JavaScript holds them exactly; everything else is text. */
function parsed(typed: string, type: FieldSchema["type"] | undefined): Json | undefined {
  if (typed === "") return undefined;
  const number = Number(typed);
  const isNumeric = type === "integer" || type === "number";
  return isNumeric && Number.isFinite(number) && String(number) === typed.trim() ? number : typed;
}
