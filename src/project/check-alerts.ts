/** Alerts of sluice.yaml that cannot go where they say. */
import { type Path, type Problem } from "../problem";
import { type Alert, alertingAmong, wrongWithAlert } from "./alerts";
import { closest, didYouMean, listed } from "./closest";
import { choosing, type ConformEdits } from "./conform-fixes";
import { type ConnectionConfig, type ProjectFile } from "./project";
import { type Places } from "./yaml-places";
import { problemAt } from "./yaml-text";

type EditablePlaces = Places & ConformEdits;
type Connections = Readonly<Record<string, ConnectionConfig>>;

/** The project's alerts are sent on every target: a connection that only some of them have will do there. */
export function checkAlerts(file: ProjectFile, places: EditablePlaces): readonly Problem[] {
  const targets = Object.entries(file.targets);
  const somewhere = Object.assign({}, ...targets.map(([, { destinations }]) => destinations)) as Connections;
  return [
    ...check(file.alerts, ["alerts"], { ...somewhere, ...file.destinations }, places),
    ...targets.flatMap(([name, { alerts, destinations }]) =>
      check(alerts, ["targets", name, "alerts"], { ...file.destinations, ...destinations }, places),
    ),
  ];
}

function check(
  alerts: readonly Alert[] | undefined,
  at: Path,
  known: Connections,
  places: EditablePlaces,
): readonly Problem[] {
  // What is no alert is left out of them, and the places of those after it with it.
  if (alerts === undefined || places.sourceAt([...at, alerts.length]) !== undefined) return [];
  return alerts.flatMap((alert, index): Problem[] => {
    const config = Object.hasOwn(known, alert.connection) ? known[alert.connection] : undefined;
    if (config === undefined)
      return [unknown(alert.connection, [...at, index, "connection"], Object.keys(known), places)];
    const wrong = wrongWithAlert(alert, config);
    if (wrong === undefined) return [];
    const path = [...at, index, wrong.key];
    const fixes = wrong.code === "alert-unsupported" ? choosing({ places, path, value: "" }, alertingAmong(known)) : [];
    return [
      {
        ...problemAt(wrong.code, wrong.message, path, places.rangeOf(path)),
        ...(fixes.length === 0 ? {} : { fixes }),
      },
    ];
  });
}

function unknown(name: string, path: Path, known: readonly string[], places: EditablePlaces): Problem {
  const there =
    known.length === 0
      ? " Add it under destinations:."
      : ` There ${known.length === 1 ? "is" : "are"} ${listed(known)}.`;
  const message = `There is no destination "${name}".${didYouMean(closest(name, known)) || there}`;
  const fixes = choosing({ places, path, value: name }, known);
  return {
    ...problemAt("unknown-connection", message, path, places.rangeOf(path)),
    ...(fixes.length === 0 ? {} : { fixes }),
  };
}
