/** The registry: adding a destination is its folder and one line here. */
import { type Destination } from "./destination";

export const destinations: readonly Destination[] = [];

export function destinationOf(type: string): Destination | undefined {
  return destinations.find((destination) => destination.type === type);
}
