/** What HubSpot takes as a property's value, and how it keeps it. Written apart from the connector's own rules. */
import { type Option, type Property } from "./sandbox-property";
import { type InvalidProperty } from "./sandbox-errors";

export type Checked = { readonly value: string } | { readonly invalid: InvalidProperty };

/** "" and null clear. `present` matters for ";a", which adds to what is there. */
export function checkValue(property: Property, given: unknown, present: string | undefined): Checked {
  const text =
    given === null || given === undefined ? "" : typeof given === "object" ? JSON.stringify(given) : String(given);
  const no = (error: string, message: string): Checked => ({ invalid: { name: property.name, error, message } });
  if (property.readOnly)
    return no("READ_ONLY_VALUE", `"${property.name}" is a read only property; its value cannot be set.`);
  if (text === "") return { value: "" };
  if (text.length > 65_536)
    return no("INVALID_LENGTH", `The value of "${property.name}" is longer than 65536 characters.`);
  switch (property.type) {
    case "number": {
      const number = numberOf(text);
      return number === undefined ? no("INVALID_LONG", `${text} was not a valid number.`) : { value: number };
    }
    case "date": {
      const ms = momentOf(text);
      if (ms === undefined) return no("INVALID_DATE", `${text} was not a valid date.`);
      if (ms % 86_400_000 !== 0)
        return no("INVALID_DATE", `${text} is at ${new Date(ms).toISOString().slice(11, 23)} UTC, not midnight!`);
      return { value: new Date(ms).toISOString().slice(0, 10) };
    }
    case "datetime": {
      const ms = momentOf(text);
      return ms === undefined
        ? no("INVALID_DATE", `${text} was not a valid long.`)
        : { value: new Date(ms).toISOString().replace(".000Z", "Z") };
    }
    case "bool":
    case "enumeration":
      return checkOptions(property, text, present);
    default:
      if (property.name === "email") {
        const address = text.trim().toLowerCase();
        return isAddress(address) ? { value: address } : no("INVALID_EMAIL", `Email address ${text} is invalid`);
      }
      return { value: text };
  }
}

function checkOptions(property: Property, text: string, present: string | undefined): Checked {
  const many = property.fieldType === "checkbox";
  const parts = many ? text.split(";").filter((part) => part !== "") : [text];
  const known = (part: string) =>
    property.externalOptions || property.options.some((option: Option) => option.value === part);
  const unknown = parts.find((part) => !known(part));
  if (unknown !== undefined) {
    const list = property.options.map((option) => option.value).join(", ");
    return {
      invalid: {
        name: property.name,
        error: "INVALID_OPTION",
        message: `${unknown} was not one of the allowed options: [${list}]`,
      },
    };
  }
  const all = many && text.startsWith(";") ? [...(present ?? "").split(";").filter(Boolean), ...parts] : parts;
  return { value: [...new Set(all)].join(";") };
}

function numberOf(text: string): string | undefined {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (!/\d/.test(text) || !/^-?\d*(\.\d*)?$/.test(text)) return undefined;
  const magnitude = fraction === "" ? whole || "0" : `${whole || "0"}.${fraction}`;
  return magnitude === "0" ? "0" : sign + magnitude;
}

/** Milliseconds, a plain date, or ISO 8601 with a zone. */
function momentOf(text: string): number | undefined {
  if (/^-?\d{9,15}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  const sameDay = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(ms) || Number.isNaN(sameDay.getTime()) || sameDay.toISOString().slice(0, 10) !== text.slice(0, 10)
    ? undefined
    : ms;
}

function isAddress(address: string): boolean {
  const [local = "", domain = "", ...more] = address.split("@");
  if (more.length > 0 || local === "" || local.length > 64 || domain.length > 253) return false;
  if (/[\s()<>[\]\\,;:"]/.test(local) || /^\.|\.\.|\.$/.test(local)) return false;
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  return (
    labels.length > 1 &&
    labels.every((label) => /^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?$/u.test(label)) &&
    /^(\p{L}{2,}|xn--.+)$/u.test(last)
  );
}
