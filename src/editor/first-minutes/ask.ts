/** How a wizard asks: quick picks and input boxes with a way back. A seam: tests answer in the user's place. */
import * as vscode from "vscode";
import { plainLine } from "../../../webview/plain-text";

/** The user wants the question before. */
export const back: unique symbol = Symbol.for("sluice.back");
/** undefined: the user left. */
export type Answer<Given> = Given | typeof back | undefined;

export interface Question {
  readonly title: string;
  readonly placeHolder?: string;
  /** Of how many, from 1. */
  readonly step: number;
  readonly steps: number;
  readonly canGoBack: boolean;
}

export interface TextQuestion extends Question {
  readonly prompt?: string;
  readonly value?: string;
  readonly password?: true;
  /** What is wrong with the text, as a sentence. */
  validate?(value: string): string | undefined;
}

export interface Choice<Value> extends vscode.QuickPickItem {
  readonly value?: Value;
}

export interface Ask {
  one<Value>(question: Question, choices: readonly Choice<Value>[]): Promise<Answer<Value>>;
  /** At least one; `picked` ones are chosen at first. */
  several<Value>(question: Question, choices: readonly Choice<Value>[]): Promise<Answer<readonly Value[]>>;
  text(question: TextQuestion): Promise<Answer<string>>;
  folder(title: string, label: string): Promise<vscode.Uri | undefined>;
}

export const askInEditor: Ask = {
  one: (question, choices) =>
    show(question, choices, (pick, answer) => {
      pick.onDidAccept(() => {
        const [chosen] = pick.selectedItems;
        if (chosen?.value !== undefined) answer(chosen.value);
      });
    }),
  several: (question, choices) =>
    show(question, choices, (pick, answer) => {
      pick.canSelectMany = true;
      pick.selectedItems = pick.items.filter(({ picked }) => picked === true);
      pick.onDidAccept(() => {
        const values = pick.selectedItems.flatMap(({ value }) => (value === undefined ? [] : [value]));
        if (values.length > 0) answer(values);
      });
    }),
  text: (question) =>
    new Promise((resolve) => {
      const box = vscode.window.createInputBox();
      Object.assign(box, parts(question), {
        value: question.value ?? "",
        prompt: question.prompt,
        password: question.password === true,
        ignoreFocusOut: true,
      });
      const validate = (): string | undefined => question.validate?.(box.value);
      box.onDidChangeValue(() => (box.validationMessage = validate()));
      box.onDidAccept(() => {
        box.validationMessage = validate();
        if (box.validationMessage === undefined) settle(box, resolve, box.value);
      });
      box.onDidTriggerButton(() => settle(box, resolve, back));
      box.onDidHide(() => settle(box, resolve, undefined));
      box.show();
    }),
  async folder(title, label) {
    const options = { title, openLabel: label, canSelectFiles: false, canSelectFolders: true, canSelectMany: false };
    return (await vscode.window.showOpenDialog(options))?.[0];
  },
};

function show<Value, Given>(
  question: Question,
  choices: readonly Choice<Value>[],
  listen: (pick: vscode.QuickPick<Choice<Value>>, answer: (given: Given) => void) => void,
): Promise<Answer<Given>> {
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick<Choice<Value>>();
    Object.assign(pick, parts(question), { matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true });
    pick.placeholder = question.placeHolder;
    pick.items = choices.map((choice) => ({ ...choice, label: plainLine(choice.label) }));
    listen(pick, (given) => settle(pick, resolve, given));
    pick.onDidTriggerButton(() => settle(pick, resolve, back));
    pick.onDidHide(() => settle(pick, resolve, undefined));
    pick.show();
  });
}

function parts({ title, step, steps, canGoBack }: Question) {
  return { title, step, totalSteps: steps, buttons: canGoBack ? [vscode.QuickInputButtons.Back] : [] };
}

/** Disposing hides, which answers once more: only the first answer counts. */
function settle<Given>(input: vscode.QuickInput, resolve: (answer: Given) => void, answer: Given): void {
  resolve(answer);
  input.dispose();
}
