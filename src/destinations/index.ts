/** The registry: adding a destination is its folder and one line here. */
import { type Destination } from "./destination";
import { file } from "./file/file";
import { http } from "./http/http";
import { hubspot } from "./hubspot";
import { postgresql } from "./postgresql";
import { slack } from "./slack";

export const destinations: readonly Destination[] = [hubspot, slack, postgresql, http, file];

export function destinationOf(type: string): Destination | undefined {
  return destinations.find((destination) => destination.type === type);
}
