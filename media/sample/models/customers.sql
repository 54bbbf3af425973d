-- One row per customer, with the value and date of their orders.
select
  c.id,
  c.email,
  c.first_name,
  c.last_name,
  c.plan,
  c.title,
  c.company_domain,
  c.signed_up_at,
  coalesce(sum(o.amount), 0) as ltv,
  max(o.ordered_on) as last_order
from customers c
left join orders o on o.customer_id = c.id
group by all
