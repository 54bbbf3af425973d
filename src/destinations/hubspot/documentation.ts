/** What an author should know, for hovers and the generated page. */
export const documentation = `
HubSpot's CRM: contacts, companies, deals, tickets and custom objects, associations between them, and list memberships.
Records go out in batches of 100 through the date-versioned API (2026-03); every record gets HubSpot's own answer.

\`\`\`yaml
# contacts.sync.yaml
model:
  sql: select id, email, first_name, plan from customers
  key: id
destination:
  connection: hubspot
  object: contacts
  match: email
mode: mirror
on_removed: archive
guards: { max_removed: 5% }
fields:
  email: email
  firstname: first_name
  lifecyclestage: { column: plan, values: { paid: customer, trial: lead }, default: subscriber }
\`\`\`

### Connection
1. In HubSpot: **Settings → Integrations → Private apps → Create**. Scopes: \`crm.objects.<object>.read\` and \`.write\`,
   \`crm.schemas.<object>.read\`, and \`crm.lists.read\` and \`.write\` for lists.
2. \`hubspot: { type: hubspot, token: "\${secret:HUBSPOT_TOKEN}" }\` in \`sluice.yaml\`.
3. \`sluice connections --test\` shows the account; \`sluice describe hubspot\` fetches its objects and properties.

An OAuth app takes \`client_id\`, \`client_secret\` and \`refresh_token\` instead. \`sandbox: true\` needs none of them.

### Objects
| object | match | modes | on_removed |
|---|---|---|---|
| contacts | \`email\`, any unique property, \`hs_object_id\` | insert, update, upsert, mirror | archive, delete, clear, keep |
| companies, deals, tickets, custom objects | any unique property, \`hs_object_id\` | insert, update, upsert, mirror | archive, clear, keep |
| association | none | insert, upsert, mirror | delete, keep |
| list | none | insert, upsert, mirror | delete, keep |

- A custom object goes by its schema's name.
- \`delete\` of a contact is a GDPR deletion: final, and its address may be blocked for good. \`archive\` can be restored for 90 days.
- Without a match new records are created and later ones found by the id the ledger remembers. Prefer a match: create a
  property with unique values (such as \`external_id\`) and map your key to it.
- **association**: options \`from\`, \`to\`, and \`label\` (as HubSpot shows it) or \`type\` (its id). Fields \`from_id\` and
  \`to_id\`: columns of ids, or lookups:
  \`from_id: { lookup: contacts, by: email, column: email }\`, \`to_id: { lookup: companies, by: domain, column: domain }\`.
  A pair that existed before is adopted, not created. Removing an association without a label takes the pair apart whole.
- **list**: option \`list\`, the id of a manual or snapshot list. Map \`record_id\`, or \`email\` for a list of contacts.

### Limits
100 requests per 10 seconds (\`tier: professional\` or \`enterprise\`: 190), searches 5 per second; the answers' headers correct
them. The daily quota answers 429 like the others: the run waits and, if it stays, stops; run it again the next day.

### Traps
- An option's *internal value* counts, not its label. Several options: a list, or values joined by \`;\`; the whole set is replaced.
- Null clears a property. \`nulls: skip\` leaves it.
- Dates are plain dates. A timestamp without time zone is taken as UTC; digits beyond milliseconds are cut.
- \`lifecyclestage\` never moves back: HubSpot ignores an earlier stage without a word. Sluice sees the echo and reports the
  field as refused; the rest of the record is written.
- A contact also answers to its secondary addresses; upsert by such an address makes it the primary one.
- HubSpot does not support a partial upsert by e-mail: a new contact holds only what the sync maps.
- A record deleted or merged in HubSpot is rejected with a hint until you \`sluice forget\` its key.
- Company domains are not unique: a lookup by domain that finds several is rejected.
- Search lags behind writes by seconds: run the sync of companies before one that looks them up (\`after\`).
`.trim();
