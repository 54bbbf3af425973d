/** Every type of warehouse. Adding one: its file, and a line here. */
import { duckdb } from "./duckdb-type";
import { type WarehouseType } from "./warehouse";

export const warehouseTypes: readonly WarehouseType[] = [duckdb];

export function warehouseTypeOf(type: string): WarehouseType | undefined {
  return warehouseTypes.find((each) => each.type === type);
}
