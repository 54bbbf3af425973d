/** What a connection holds: tables of a warehouse with their columns, objects of a destination with their fields. */
import { type Place, type BrowsedObject } from "./calls";
import { objectsOf } from "./drafting";
import { type Services } from "./planning";
import { openWorkspace } from "./workspace";

export async function browse(
  { connections }: Services,
  place: Place,
  connection: string,
  signal?: AbortSignal,
): Promise<readonly BrowsedObject[]> {
  const { project } = await openWorkspace(place);
  if (Object.hasOwn(project.warehouses, connection)) {
    const warehouse = await connections.warehouse(project, connection);
    try {
      return (await warehouse.tables(signal)).map(({ name, columns }) => ({
        name,
        fields: columns.map(({ name: column, native }) => ({ name: column, type: native })),
      }));
    } finally {
      await warehouse.close();
    }
  }
  const objects = (await objectsOf(project, connection)) ?? [];
  return objects.map(({ name, label, modes, removals, match, open, fields }) => ({
    name,
    ...(label !== undefined && { label }),
    modes,
    removals,
    match,
    ...(open === true && { open }),
    fields: fields.map(({ name: field, type, label: fieldLabel, description, required, readOnly, unique }) => ({
      name: field,
      type,
      ...(fieldLabel !== undefined && { label: fieldLabel }),
      ...(description !== undefined && { description }),
      ...(required === true && { required }),
      ...(readOnly === true && { readOnly }),
      ...(unique === true && { unique }),
    })),
  }));
}
