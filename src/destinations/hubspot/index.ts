/**
 * HubSpot: CRM records, associations and list memberships.
 *
 *     destination: { connection: hubspot, object: contacts, match: email }
 *     fields: { email: email, firstname: first_name }
 */
import { type Destination } from "../destination";
import { classify, readings, refusal } from "./answers";
import { batchSize, limits } from "./api";
import { authorize, check, connection, options, probe } from "./connection";
import { batching, deliver } from "./deliver";
import { describe, fieldsNow } from "./describe";
import { documentation } from "./documentation";
import { canRefuse, encode, normal } from "./fields";
import { lookup, read } from "./read";
import { sandbox } from "./sandbox";

export const hubspot: Destination = {
  type: "hubspot",
  label: "HubSpot",
  version: 1,
  documentation,
  connection,
  options,
  transport: "http",
  place: ({ from, to, label, type, list }) =>
    [from, to, label, type, list]
      .filter((part) => part !== undefined)
      .map(String)
      .join(" "),
  baseUrl: () => "https://api.hubapi.com",
  authorize,
  probe,
  describe,
  fieldsNow,
  check,
  read,
  readSize: batchSize,
  lookup,
  batching,
  deliver,
  classify,
  refusal,
  limits,
  readings,
  encode,
  canRefuse,
  normal,
  sandbox,
};
