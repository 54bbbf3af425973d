/** What a HubSpot connection needs, and how it proves itself. */
import { z } from "zod";
import {
  type Config,
  type Conversation,
  type Credentials,
  type ObjectContext,
  type OptionProblem,
} from "../destination";
import { type Mode } from "../../record";
import { SyncFailure } from "../../failure";
import { fieldsOf, http, notHubspot, paths, reading, recordId, textOf } from "./api";

export const connection = z.object({
  token: z
    .string()
    .optional()
    .describe("Access token of a private app (Settings → Integrations → Private apps), as ${secret:HUBSPOT_TOKEN}.")
    .meta({ secret: true }),
  client_id: z.string().optional().describe("OAuth app: its client id. Instead of `token`, with the two below."),
  client_secret: z.string().optional().describe("OAuth app: its client secret.").meta({ secret: true }),
  refresh_token: z
    .string()
    .optional()
    .describe("OAuth app: the refresh token that the installation gave.")
    .meta({ secret: true }),
  tier: z
    .enum(["free", "starter", "professional", "enterprise"])
    .optional()
    .describe("The account's subscription: 100 requests per 10 seconds for free and starter (the default), else 190."),
});

export const options = z.object({
  from: z.string().optional().describe("Object association: the object that the association starts from, as contacts."),
  to: z.string().optional().describe("Object association: the object that it leads to, as companies."),
  label: z.string().optional().describe("Object association: its label, as HubSpot shows it. Default: none."),
  type: z.int().optional().describe("Object association: the association type's id, instead of `label`."),
  list: z
    .union([z.string().regex(/^\d+$/), z.int()])
    .optional()
    .describe("Object list: the id of a manual or snapshot list, found in its address."),
});

/** What an object needs beside its fields. */
export function check({
  object,
  options: given,
  match,
  mode,
}: ObjectContext & { readonly mode: Mode }): readonly OptionProblem[] {
  const needed = object.name === "association" ? ["from", "to"] : object.name === "list" ? ["list"] : [];
  const problems = needed
    .filter((name) => given[name] === undefined)
    .map((name): OptionProblem => ({ path: [name], code: "option-missing", message: missing[name] ?? "" }));
  if (match === recordId && mode === "insert") {
    problems.push({
      path: ["match"],
      code: "match-unfit",
      message:
        "HubSpot gives new records their ids itself, so insert cannot match by hs_object_id. Use another unique property.",
    });
  }
  return problems;
}

const missing: Readonly<Record<string, string>> = {
  from: "An association needs the object it starts from, such as `from: contacts`.",
  to: "An association needs the object it leads to, such as `to: companies`.",
  list: "A list membership needs `list:` with the id of a manual or snapshot list.",
};

/** A private app's token never expires; an OAuth access token is renewed by its refresh token before it does. */
export function* authorize(config: Config): Conversation<Credentials> {
  const token = given(config["token"]);
  if (token !== undefined) return { headers: { authorization: `Bearer ${token}` } };
  const [id, secret, refresh] = [config["client_id"], config["client_secret"], config["refresh_token"]].map(given);
  if (id === undefined || secret === undefined || refresh === undefined) {
    // The bundled simulator takes any token, so that the sample runs without an account.
    if (config["sandbox"] === true) return { headers: { authorization: "Bearer sandbox" } };
    throw new SyncFailure(
      "credentials-missing",
      "The HubSpot connection has no token.",
      "Give it `token: ${secret:HUBSPOT_TOKEN}`, or client_id, client_secret and refresh_token together.",
    );
  }
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: id,
    client_secret: secret,
    refresh_token: refresh,
  });
  const body = fieldsOf(
    http(
      yield {
        ...reading("POST", paths.token),
        limits: [],
        body: { text: form.toString(), type: "application/x-www-form-urlencoded" },
      },
    ).json,
  );
  const access = textOf(body["access_token"]);
  if (access === undefined) {
    throw new SyncFailure(
      "authorization-refused",
      "HubSpot gave no access token for the refresh token.",
      "Install the OAuth app in the account again, and store its new refresh token.",
    );
  }
  const seconds = Number(body["expires_in"]);
  return {
    headers: { authorization: `Bearer ${access}` },
    ...(Number.isFinite(seconds) && seconds > 0 && { expiresIn: seconds }),
  };
}

function given(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function* probe(): Conversation<{ readonly account: string; readonly label: string }> {
  const body = fieldsOf(http(yield reading("GET", paths.account)).json);
  const account = textOf(body["portalId"]);
  if (account === undefined) throw notHubspot();
  const kind = textOf(body["accountType"]);
  return {
    account,
    label: `HubSpot account ${account}${kind === undefined ? "" : ` (${kind.toLowerCase().replaceAll("_", " ")})`}`,
  };
}
