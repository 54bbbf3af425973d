/** A plain button that looks like text: for what stands beside things, in rows and lists. */
import { attributes, element } from "./dom";

export function quietButton(
  label: string,
  onPress: () => void,
  options: { readonly title?: string; readonly shape?: string } = {},
): HTMLButtonElement {
  const made = element(options.shape ?? "button.quiet", label) as HTMLButtonElement;
  attributes(made, { type: "button", ...(options.title === undefined ? {} : { title: options.title }) });
  made.addEventListener("click", (event) => {
    event.stopPropagation();
    onPress();
  });
  return made;
}
