/** What an author should know, for hovers and the generated page. */
export const documentation = `
Writes records as rows of a PostgreSQL table (version 12 and newer): database replication, set by set. Each batch is one
transaction: its rows are loaded by COPY and merged by a few statements, so that a batch is there whole or not at all.

\`\`\`yaml
# contacts.sync.yaml
model:
  sql: select id, email, first_name, plan from customers
  key: id
destination:
  connection: postgres
  object: contacts
  match: email
mode: mirror
on_removed: delete
guards: { max_removed: 5% }
fields:
  email: email
  first_name: first_name
  plan: plan
\`\`\`

### Connection
1. A role of its own, with no more rights than it needs:
   \`create role sluice login password '…'; grant select, insert, update, delete on contacts to sluice;\`
   A temporary table is made for each batch (\`grant temporary on database …\`, which every role has by default).
2. \`postgres: { type: postgresql, host: db.example.com, database: crm, user: sluice, password: "\${secret:PGPASSWORD}" }\` in
   \`sluice.yaml\`. Connections are encrypted and the certificate is checked, unless \`tls\` says otherwise; on this machine they are in clear.
3. \`sluice connections --test\` shows the account; \`sluice describe postgres\` fetches its tables.

### Objects
| object | match | modes | on_removed |
|---|---|---|---|
| table, also a partitioned one | any column with a unique index of its own | insert, update, upsert, mirror, append | delete, clear, keep |
| view that PostgreSQL can write through | none | append | |
| a table that is not there yet, with \`create: true\` | the match becomes its primary key | all | delete, clear, keep |

- A table of another schema is named \`schema.table\`; names keep their case, and are always quoted.
- A unique index counts where it is of that one column, without a condition, and not deferrable.
- Columns that are generated, or an identity that is always generated, are read-only. What the role has no right to is not offered.
- \`lookup\` answers with the primary key of the related row.
- A write sets every mapped column of the row, whatever of them changed; the others are left alone.

### Refused rows
A row that breaks a type, a constraint, a trigger or a policy is reported with PostgreSQL's own message and, where it names one,
the column; all others of its batch are written. Deferred constraints are checked at the end of each batch.
A deadlock, a lost connection and the like are tried again. If the connection is lost while a transaction is being committed, the
server is asked whether it was, so that rows are neither lost nor written twice. Where it cannot tell (a standby took over), rows
of \`insert\` and \`append\` are *in doubt* until you settle them; those of the other modes are written again, which changes nothing.

### Traps
- A number with more decimals than \`numeric(p,s)\` keeps is refused, as PostgreSQL would round it in silence: round it in the mapping.
- A timestamp without time zone is taken as UTC for a \`timestamptz\` column, and an instant is written as UTC into a \`timestamp\` one.
- A NUL character cannot be stored in a text, and such a record is refused.
- A trigger may change what is written: \`sluice verify\` shows where the table holds something else.
- Arrays take lists, \`json\` and \`jsonb\` take JSON, \`bytea\` takes \`\\x\` and hexadecimal digits.
- \`mirror\` deletes only rows that this sync made. A foreign key that stands in the way is reported for that row.
`.trim();
