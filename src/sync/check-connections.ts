/** The names a sync uses: connections, other syncs. */
import { type Path } from "../problem";
import { type Alert, alertingAmong, wrongWithAlert } from "../project/alerts";
import { type Checking } from "./check";
import { fix } from "./check-findings";

export function checkConnections(checking: Checking): void {
  const { definition, project, syncs, findings } = checking;
  if (syncs !== undefined) {
    for (const [index, name] of definition.after.entries()) {
      const others = syncs.filter((sync) => sync !== definition.name);
      if (syncs.includes(name)) continue;
      findings.unknown({
        code: "unknown-sync",
        message: `There is no sync "${name}".`,
        path: ["after", index],
        word: name,
        known: others,
      });
    }
  }
  if (project === undefined) return;
  checkWarehouse(checking, Object.keys(project.warehouses));
  const destinations = Object.keys(project.destinations);
  checkDestination(checking, definition.destination.connection, ["destination", "connection"], destinations);
  for (const [index, alert] of definition.alerts.entries()) {
    checkDestination(checking, alert.connection, ["alerts", index, "connection"], destinations);
    checkAlert(checking, alert, index);
  }
}

function checkAlert({ project, parsed, findings }: Checking, alert: Alert, index: number): void {
  const known = project?.destinations ?? {};
  const config = Object.hasOwn(known, alert.connection) ? known[alert.connection] : undefined;
  const wrong = config === undefined ? undefined : wrongWithAlert(alert, config);
  if (wrong === undefined) return;
  const path = ["alerts", index, wrong.key];
  const fixes =
    wrong.code === "alert-unsupported"
      ? alertingAmong(known).map((name) => fix(`Use the connection "${name}"`, parsed.setAt(path, name)))
      : alert.channel === undefined
        ? []
        : [fix("Remove the channel", parsed.removeAt(path))];
  findings.add(wrong.code, wrong.message, path, { fixes });
}

function checkWarehouse({ definition, project, parsed, findings }: Checking, known: readonly string[]): void {
  const { warehouse } = definition.model;
  const path = ["model", "warehouse"];
  if (warehouse === undefined) {
    if (known.length === 1) return;
    const message =
      known.length === 0
        ? "The project has no warehouse. Add one under warehouses: in sluice.yaml."
        : `The project has several warehouses. Name one of them here: ${known.join(", ")}.`;
    const fixes = known.slice(0, 5).map((name) => {
      const edits = parsed.setAt(path, name);
      return edits === undefined ? undefined : { title: `Use the warehouse "${name}"`, edits };
    });
    findings.add("warehouse-undecided", message, ["model"], { part: "key", fixes });
  } else if (!known.includes(warehouse)) {
    const isDestination = Object.hasOwn(project?.destinations ?? {}, warehouse);
    const message = isDestination
      ? `"${warehouse}" is a destination, not a warehouse.`
      : `There is no warehouse "${warehouse}".`;
    findings.unknown({ code: "unknown-connection", message, path, word: warehouse, known });
  }
}

function checkDestination({ project, findings }: Checking, name: string, path: Path, known: readonly string[]): void {
  if (known.includes(name)) return;
  const isWarehouse = Object.hasOwn(project?.warehouses ?? {}, name);
  const message = isWarehouse ? `"${name}" is a warehouse, not a destination.` : `There is no destination "${name}".`;
  const added = known.length === 0 ? " Add it under destinations: in sluice.yaml." : "";
  findings.unknown({ code: "unknown-connection", message: message + added, path, word: name, known });
}
