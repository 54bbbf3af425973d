/** What the pages of results ask for and what their buttons say. */
import * as vscode from "vscode";
import { keyFromJson } from "../../plan/keys";
import { type FromWebview, type Tab, type ToWebview } from "../../../webview/protocol";
import { failureOf, showFailure } from "../failures";
import { type Services } from "../services";
import { planIntoPanel } from "../work/plan";
import { previewIntoPanel } from "../work/preview";
import { showField } from "../work/show-field";
import { type Comparisons } from "./compare";
import { type Singles } from "./single";

/** A page as its host sees it. */
export interface Page {
  post(message: ToWebview): void;
  /** The page listens now. */
  ready(): void;
}

export interface ReceivingServices extends Services {
  readonly comparisons: Comparisons;
  readonly singles: Singles;
}

export async function receive(services: ReceivingServices, page: Page, message: FromWebview): Promise<void> {
  if (message.type === "ask") return answerAsk(services, page, message);
  try {
    await act(services, page, message);
  } catch (error) {
    void showFailure(services.log, error);
  }
}

async function act(
  services: ReceivingServices,
  page: Page,
  message: Exclude<FromWebview, { type: "ask" }>,
): Promise<void> {
  const { comparisons, projects, results, singles } = services;
  switch (message.type) {
    case "ready":
      return page.ready();
    case "tab":
      return results.selected(message.tab);
    case "cancel":
      return results.cancel(message.tab);
    case "again":
      return results.again(message.tab);
    case "begin":
      return command(beginnings[message.tab]);
    case "load-rows": {
      const { origin } = heldAs("rows", results.held(message.result));
      return previewIntoPanel(services, projects.syncIn(origin.place.root, origin.file), message.limit);
    }
    case "run-plan":
      return command("sluice.runPlan", message.plan);
    case "plan-again": {
      const { origin, given } = heldAs("plan", results.held(message.plan));
      if (given.revert) return command("sluice.revert", { root: origin.place.root, run: given.revert.run });
      const { readBack } = message;
      const options = { ...(given.firstRun && { firstRun: given.firstRun }), ...(readBack && { readBack }) };
      await planIntoPanel(services, projects.syncIn(origin.place.root, origin.file), options);
      return;
    }
    case "open-diff": {
      const { origin, given, subject } = heldAs("plan", results.held(message.plan));
      const changes = await services.calls.changes(origin.place, { plan: message.plan, keys: [message.key] });
      const change = changes.find(({ id }) => id === message.change);
      if (change !== undefined) await comparisons.open(change, given, subject);
      return;
    }
    case "send-one": {
      const { origin } = heldAs("records", results.held(message.result));
      return command("sluice.sendOne", { root: origin.place.root, file: origin.file, key: keyFromJson(message.key) });
    }
    case "retry":
      return command("sluice.retry", {
        run: message.run,
        root: results.held(message.run).origin.place.root,
        ...(message.group !== undefined && { group: message.group }),
        ...(message.key !== undefined && { keys: [keyFromJson(message.key)].filter((key) => key !== undefined) }),
      });
    case "revert":
    case "verify":
      return command(`sluice.${message.type}`, { run: message.run, root: results.held(message.run).origin.place.root });
    case "open-run":
      return command("sluice.openRun", { run: message.other, root: results.held(message.run).origin.place.root });
    case "open-mapping": {
      const { root } = results.held(message.run).origin.place;
      return command("sluice.showMapping", { run: message.run, root, group: message.group });
    }
    case "show-field":
      return showField(services, results.held(message.result).origin, message.field);
    case "copy":
      await vscode.env.clipboard.writeText(message.text);
      vscode.window.setStatusBarMessage(vscode.l10n.t("$(check) Copied"), 2000);
      return;
    case "pin":
      return results.pins.add(results.held(message.result), new Date().toISOString());
    case "unpin":
      return results.pins.remove(message.result);
    case "open-in-editor":
      return singles.open(results.held(message.result));
  }
}

const beginnings: Readonly<Record<Tab, string>> = {
  rows: "sluice.preview",
  records: "sluice.records",
  plan: "sluice.dryRun",
  run: "sluice.run",
};

function heldAs<Name extends Tab, Any extends { readonly tab: Tab }>(
  tab: Name,
  held: Any,
): Extract<Any, { tab: Name }> {
  if (held.tab !== tab) throw new Error(`the result is no ${tab}`);
  return held as unknown as Extract<Any, { tab: Name }>;
}

async function command(name: string, argument?: unknown): Promise<void> {
  await vscode.commands.executeCommand(name, argument);
}

async function answerAsk(
  { results, log }: Services,
  page: Page,
  { id, ask }: Extract<FromWebview, { type: "ask" }>,
): Promise<void> {
  try {
    page.post({ type: "answer", id, answer: await results.answer(ask) });
  } catch (error) {
    const { code, message, hint } = failureOf(error);
    log.warn(`${ask.name}: ${code}: ${message}`);
    page.post({ type: "refusal", id, message: `${message} ${hint}` });
  }
}
