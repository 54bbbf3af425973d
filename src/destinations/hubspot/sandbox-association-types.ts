/** The association types between two objects. */
import { defaultAssociations, primaryAssociations } from "./sandbox-catalogue";
import { type State } from "./sandbox-state";

export interface Type {
  readonly category: "HUBSPOT_DEFINED" | "USER_DEFINED";
  readonly typeId: number;
  readonly label: string | null;
  readonly inverse: number;
}

/** Every type from one object to the other, the plain one first. Pairs with custom objects number theirs by account. */
export function typesOf(state: State, from: string, to: string): readonly Type[] {
  const pair = `${from}:${to}`;
  const back = `${to}:${from}`;
  const own = (a: string, b: string) =>
    500 + 2 * [...state.tables.keys()].indexOf(a) + 40 * [...state.tables.keys()].indexOf(b);
  const plain: Type = {
    category: pair in defaultAssociations ? "HUBSPOT_DEFINED" : "USER_DEFINED",
    typeId: defaultAssociations[pair] ?? own(from, to),
    label: null,
    inverse: defaultAssociations[back] ?? own(to, from),
  };
  const primary = primaryAssociations[pair];
  const labels = state.labels.filter((label) => label.from === from && label.to === to);
  return [
    plain,
    ...(primary === undefined
      ? []
      : [
          {
            category: "HUBSPOT_DEFINED" as const,
            typeId: primary,
            label: "Primary",
            inverse: primaryAssociations[back] ?? primary,
          },
        ]),
    ...labels.map((label): Type => ({
      category: "USER_DEFINED",
      typeId: label.typeId,
      label: label.label,
      inverse: label.inverse,
    })),
  ];
}

/** Ids are unique within a category only; HubSpot's own are kept as they are, the account's beyond a million. */
export function codeOf(type: Pick<Type, "category" | "typeId">): number {
  return type.category === "HUBSPOT_DEFINED" ? type.typeId : 1_000_000 + type.typeId;
}
