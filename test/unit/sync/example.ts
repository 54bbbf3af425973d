/** The sync file of the design, with the quotes YAML wants around an expression that holds a comma. */
export const wholeExample = `# contacts.sync.yaml
name: contacts                       # default: the file's name
description: Paying customers as HubSpot contacts
after: [companies]                   # run these first
model:
  warehouse: analytics               # a connection; default: the project's only warehouse
  sql: |                             # exactly one of sql, file, table, dbt
    select c.id, c.email, c.first_name, c.last_name, c.plan, c.company_domain, sum(o.amount) as ltv
    from customers c left join orders o on o.customer_id = c.id
    group by all
  key: id                            # or [org_id, user_id]
destination:
  connection: hubspot
  object: contacts
  match: email
mode: mirror                         # insert | update | upsert | mirror | append
on_removed: archive                  # mirror only, and then required: delete | archive | clear | keep
fields:
  email: email                       # destination field: model column
  firstname: first_name
  lastname: { column: last_name, nulls: skip }        # nulls: send (default) | skip
  jobtitle: { column: title, write: create_only }     # write: always (default) | create_only | if_empty
  lifecyclestage: { column: plan, values: { paid: customer, trial: lead }, default: subscriber }
  ltv: { sql: "round(ltv, 2)" }                       # an expression in the warehouse's dialect
  source: { value: sluice }
  full_name: { template: "{{ first_name }} {{ last_name }}" }
  company: { lookup: companies, by: domain, column: company_domain, missing: "null" }
guards: { max_removed: 5%, max_changes: 100000, max_rejected: 10%, min_rows: 1 }
alerts: [{ connection: slack, channel: "#data-alerts", on: [failed, rejected, succeeded] }]
tags: [crm]
`;
