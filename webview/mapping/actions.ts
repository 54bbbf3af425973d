/** What the user does to mappings, by whatever means: each is one intent. */
import { type FieldSchema } from "../../src/destinations/destination";
import { type FieldMapping } from "../../src/sync/definition";
import { type Proposal } from "../../src/sync/propose";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { typeFit } from "./fit";
import { post } from "./host";
import { fieldIcon, columnIcon, nativeType, fieldTypeName } from "./kinds";
import { mappingText } from "./mapping-text";
import { pick, type PickItem } from "./picker";
import { announce, current, send } from "./store";
import { columnItems, fieldItems } from "./view-model";

/** A field takes the column; what else its mapping says (nulls, write, values) stays. */
export function mapColumn(field: string, column: string): void {
  const before = mappingOf(field);
  const mapping = mappingText(withColumn(before, column));
  send({ intent: "map", field, mapping }, t("{0} is now filled by column {1}.", plainLine(field), plainLine(column)));
}

export function withColumn(before: FieldMapping | undefined, column: string): Omit<FieldMapping, "field"> {
  if (before === undefined) return { source: { kind: "column", column }, nulls: "send", write: "always" };
  const { source, nulls, write, values } = before;
  if (source.kind === "lookup") return { source: { ...source, column }, nulls, write };
  const kept = source.kind === "column" && values !== undefined ? { values } : {};
  return { source: { kind: "column", column }, ...kept, nulls, write };
}

export function unmap(field: string): void {
  send({ intent: "unmap", field }, t("{0} is no longer mapped.", plainLine(field)));
}

export async function retarget(field: string, anchor: Element): Promise<void> {
  const to = await pickField(anchor, t("Fill another field than {0}", plainLine(field)), freeFields());
  if (to === undefined || to === field) return;
  send({ intent: "retarget", field, to }, t("The mapping of {0} now fills {1}.", plainLine(field), plainLine(to)));
}

export async function chooseField(column: string, anchor: Element): Promise<void> {
  const field = await pickField(anchor, t("Map {0} to…", plainLine(column)), writableFields(), column);
  if (field !== undefined) mapColumn(field, column);
}

export function pickFreeField(anchor: Element): Promise<string | undefined> {
  return pickField(anchor, t("Map a field…"), freeFields());
}

export async function chooseColumnFor(field: string, anchor: Element): Promise<void> {
  const column = await pickColumn(anchor, t("Fill {0} from…", plainLine(field)), mappingOf(field)?.source);
  if (column !== undefined) mapColumn(field, column);
}

export async function pickColumn(
  anchor: Element,
  label: string,
  source?: FieldMapping["source"],
): Promise<string | undefined> {
  const chosen = source !== undefined && "column" in source ? source.column : undefined;
  const items = columnItems(current()).map(({ column, facts, usedBy }): PickItem => {
    const examples = (facts?.examples ?? []).map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
    return {
      id: column.name,
      icon: columnIcon(column.type),
      label: column.name,
      description: nativeType(column),
      ...(examples.length === 0 ? {} : { detail: examples.join(", ") }),
      ...(usedBy.length === 0 ? {} : { mark: t("used") }),
    };
  });
  return pick({
    anchor,
    label,
    items,
    other: (text) => (current().columns === undefined ? { id: text, icon: "column", label: text } : undefined),
    empty: t("The model has no such column."),
    ...(chosen === undefined ? {} : { chosen }),
  });
}

/** The field of another object that a lookup compares with: one that identifies records, or any that is typed. */
export async function pickIdentifier(anchor: Element, object: string, chosen?: string): Promise<string | undefined> {
  const known = current().objects.find(({ name }) => name === object)?.identifiers ?? [];
  const items = known.map(({ name, label }): PickItem => ({
    id: name,
    icon: "key",
    label: label ?? name,
    detail: name,
    mark: t("unique"),
  }));
  return pick({
    anchor,
    label: t("Field to compare with"),
    items,
    other: (text) => ({ id: text, icon: "text", label: text, description: t("not known to be unique") }),
    empty: t("Type the name of a field."),
    ...(chosen === undefined ? {} : { chosen }),
  });
}

export function accept(proposals: readonly Proposal[]): void {
  const [only] = proposals;
  if (only === undefined) return;
  if (proposals.length === 1) {
    const { field, mapping, column } = only;
    send({ intent: "map", field, mapping }, t("{0} is now filled by column {1}.", plainLine(field), plainLine(column)));
    return;
  }
  const mappings = proposals.map(({ field, mapping }) => ({ field, mapping }));
  send({ intent: "map-all", mappings }, t("{0} fields are now mapped.", String(mappings.length)));
}

export function dismiss({ field }: Proposal): void {
  post({ type: "dismiss", field });
  announce(t("{0} is not proposed again.", plainLine(field)));
}

export function mappingOf(field: string): FieldMapping | undefined {
  return current().definition?.fields.find((mapping) => mapping.field === field);
}

function pickField(
  anchor: Element,
  label: string,
  fields: readonly FieldSchema[],
  column?: string,
): Promise<string | undefined> {
  const { object } = current();
  const mapped = new Set(current().definition?.fields.map(({ field }) => field));
  const type = current().columns?.find(({ name }) => name === column)?.type;
  const items = fields.map((field): PickItem => {
    const fit = type === undefined ? undefined : typeFit(type, field);
    return {
      id: field.name,
      icon: fieldIcon(field.type),
      label: field.label ?? field.name,
      description: fieldTypeName(field),
      detail: field.name,
      ...(fit?.level === "misfit" ? { warning: fit.message } : {}),
      ...(mapped.has(field.name) ? { mark: t("mapped") } : field.required ? { mark: t("required") } : {}),
    };
  });
  return pick({
    anchor,
    label,
    items,
    other: (text) =>
      object === undefined || object.open === true ? { id: text, icon: "text", label: text } : undefined,
    empty: t("The destination has no such field."),
  });
}

function writableFields(): readonly FieldSchema[] {
  return fieldItems(current()).flatMap(({ field }) => (field.readOnly === true ? [] : [field]));
}

function freeFields(): readonly FieldSchema[] {
  return fieldItems(current()).flatMap(({ field, mapped }) => (mapped || field.readOnly === true ? [] : [field]));
}
