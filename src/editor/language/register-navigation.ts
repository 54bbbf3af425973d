/** Everything that leads from one place of a project to another. */
import { type Services } from "../services";
import { registerPlaces } from "./places";
import { registerRename } from "./rename";
import { registerWorkspaceSymbols } from "./workspace-symbols";

export function registerNavigation(services: Services): void {
  registerPlaces(services);
  registerRename(services);
  registerWorkspaceSymbols(services);
}
