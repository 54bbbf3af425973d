/** The words of a column's or a field's name, and names that mean the same in customer data. */

/** `hs_firstName`, `First Name` and `FIRST-NAMES` are the words first and name. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/__c$/i, "")
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word, index) => word !== "" && !(index === 0 && prefixes.has(word)))
    .map(singular);
}

/** What a whole name stands for, such as `postal code` for zip; itself where it stands for nothing known. */
export function meaningOf(words: readonly string[]): string {
  const name = words.join("");
  return meanings.get(name) ?? name;
}

/** Marks of a vendor or of a naming rule, which say nothing of what is in the column. */
const prefixes = new Set(["hs", "hubspot", "sf", "sfdc", "dim", "fct", "stg", "c", "is", "num"]);

function singular(word: string): string {
  if (word.length < 4 || /(ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(xes|ches|shes|sses)$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

/** Each line: one thing, in the words people use for it. */
const synonyms: readonly string[] = [
  "first name, given name, forename, fname, first",
  "last name, surname, family name, lname, last",
  "full name, display name, contact name, customer name",
  "email, e mail, mail, email address, e mail address, contact email, work email",
  "phone, telephone, tel, phone number, telephone number, work phone",
  "mobile, mobile phone, cell, cell phone, cellphone, mobile number, mobile phone number",
  "fax, fax number",
  "job title, title, position, job, role, job position",
  "company, company name, organisation, organization, organisation name, organization name, employer, firm",
  "zip, zip code, postal code, post code, postcode, plz",
  "city, town, locality",
  "state, region, province, state region, county",
  "country, country region, country name, country code",
  "address, street, street address, address line 1, address line, address 1, street 1",
  "address 2, street address 2, address line 2, street 2",
  "website, web site, website url, url, homepage, home page, web, site",
  "domain, company domain, company domain name, domain name",
  "industry, sector, branch, vertical",
  "employee, employee count, number of employee, headcount, head count, company size, employee number, staff",
  "annual revenue, revenue, yearly revenue, turnover, arr",
  "lifetime value, ltv, clv, cltv, customer lifetime value, life time value",
  "birthday, birth date, date of birth, dob, birthdate",
  "language, preferred language, locale, lang",
  "time zone, timezone, tz",
  "salutation, prefix, honorific",
  "gender, sex",
  "description, about, summary, bio",
  "note, comment, remark",
  "last seen, last seen at, last active, last active at, last login, last login at",
  "last order, last order date, last order at, last purchase, last purchase date, last ordered at",
  "owner, owner id, account owner",
  "amount, deal amount, deal value, total amount",
  "close date, closed date, closed at, close at, closed on",
  "subscribed, subscriber, newsletter, opt in, optin",
  "plan, product plan, subscription plan, pricing plan, tier, plan name",
  "product used, used product",
  "founded, founded year, year founded, founding year",
  "currency, currency code, deal currency code",
  "priority, ticket priority",
  "external id, externalid, foreign id, source id",
  "tax number, tax id, vat, vat number, vat id",
  "linkedin, linkedin url, linkedin company page, linkedin profile",
];

const meanings: ReadonlyMap<string, string> = new Map(
  synonyms.flatMap((line) => {
    const names = line.split(", ").map((name) => wordsOf(name).join(""));
    return names.map((name) => [name, names[0] as string] as const);
  }),
);
