/** Answers what the editor asks, in the user's place, and keeps what was said. */
import * as vscode from "vscode";

export interface Said {
  readonly by: "warning" | "error" | "information" | "pick" | "input";
  readonly text: string;
}

/** A label of what is offered, or what is typed; undefined: the user leaves the question. */
export type Respond = (said: Said, offered: readonly string[]) => string | undefined;

/** Until the function it gives is called. `vscode.window` is one and the same for the extension and its tests. */
export function answering(respond: Respond): {
  readonly said: readonly Said[];
  readonly onSaid: vscode.Event<Said>;
  end(): void;
} {
  const said: Said[] = [];
  const event = new vscode.EventEmitter<Said>();
  const note = (by: Said["by"], text: string, offered: readonly string[]): string | undefined => {
    const one = { by, text };
    said.push(one);
    event.fire(one);
    return respond(one, offered);
  };
  const { window } = vscode;
  const before = { ...window };
  const message =
    (by: Said["by"]) =>
    async (text: string, ...rest: readonly unknown[]) => {
      const offered = rest.filter((one) => typeof one === "string");
      const chosen = note(by, text, offered);
      return offered.find((one) => one === chosen);
    };
  const stood = {
    showWarningMessage: message("warning"),
    showErrorMessage: message("error"),
    showInformationMessage: message("information"),
    async showQuickPick(items: readonly vscode.QuickPickItem[], options?: vscode.QuickPickOptions) {
      const offered = items.map(({ label }) => label);
      const label = note("pick", options?.title ?? "", offered);
      return items.find((item) => item.label === label);
    },
    async showInputBox(options?: vscode.InputBoxOptions) {
      return note("input", `${options?.title ?? ""} ${options?.prompt ?? ""}`, []);
    },
  };
  Object.assign(window, stood);
  return {
    said,
    onSaid: event.event,
    end: () => {
      for (const name of Object.keys(stood) as (keyof typeof stood)[]) Object.assign(window, { [name]: before[name] });
      event.dispose();
    },
  };
}
