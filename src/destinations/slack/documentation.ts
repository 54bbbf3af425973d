/** Two or three sentences and the traps, for hovers and the generated page. */
export const documentation = `Posts a message for each record, or one digest for a whole run, into a channel or to a person. Its one
object, \`message\`, takes any fields: they fill \`{{ field }}\` in \`text\`, \`blocks\` and \`digest\`.

\`\`\`yaml
name: new-customers
model:
  sql: select id, name, plan, owner_email from customers
  key: id
destination:
  connection: slack
  object: message
  channel: "#sales"
  text: "*{{ name }}* signed up for {{ plan }}, <@{{ owner }}> looks after them"
mode: append
fields:
  name: name
  plan: plan
  owner: { lookup: user, by: email, column: owner_email, missing: skip }
\`\`\`

- **Connecting.** With \`token\`, the bot token of a Slack app with the scope \`chat:write\`; \`chat:write.public\` for channels it was not
  invited to, \`users:read\` and \`users:read.email\` to find people, \`channels:read\` and \`groups:read\` to list channels,
  \`chat:write.customize\` for \`username\` and \`icon_emoji\`. Or with \`webhook\`, the address of an incoming webhook: it has one
  channel and can look nothing up.
- **Where to.** A record's own field \`channel\` (\`#name\`, a channel's id or a person's) comes first, then the person with its
  \`email\`, then the option \`channel\`. Where Slack does not take the option's channel the run stops at the first message. For many people use a lookup: it lists the workspace instead of asking for each.
- **Digest.** \`digest: { title: "{{ count }} new customers", line: "• {{ name }}", lines: 20 }\` is one message a run: so many lines as
  asked for and fit into 4,000 characters, then how many more there were. All its records stand or fall together.
- **Never twice in silence.** Slack has no idempotency key. When an answer never comes, the record is *in doubt* and is not sent again
  until you settle it with \`sluice retry --in-doubt\`. A row that changed is a second message, and only with \`on: changed\`.
- **Values are escaped** (\`&\`, \`<\`, \`>\`): a row can neither mention people nor forge a link. Write markup in the templates; what
  the field \`text\` holds is shown as it is.
- **Limits.** One message a second in a channel, some hundred a minute in a workspace: 10,000 messages into one channel take three
  hours, one digest a second. Texts beyond 40,000 characters are refused here, as Slack would cut them without a word.`;
