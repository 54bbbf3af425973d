-- The sample company's warehouse: a software business with customers, orders, product usage and survey answers.
-- Deterministic: plain arithmetic, no random(), no clock. The last block of each table holds the awkward rows that real data has.

create table companies as
select
  i as id,
  lower(replace(name, ' ', '-')) || '.example.com' as domain,
  name,
  (['COMPUTER_SOFTWARE', 'BANKING', 'HOSPITAL_HEALTH_CARE', 'RETAIL', 'EDUCATION_MANAGEMENT'])[1 + (i * 7) % 5] as industry,
  10 + (i * 7919) % 4990 as employees,
  (['Berlin', 'Lisbon', 'Nairobi', 'Austin', 'Osaka', 'São Paulo'])[1 + (i * 5) % 6] as city
from (
  select
    i,
    (['Northwind', 'Globex', 'Initech', 'Umbra', 'Vandelay', 'Hooli', 'Acme', 'Stark', 'Wonka', 'Tyrell'])[1 + i % 10]
      || ' ' || (['Labs', 'Works', 'Group', 'Foods', 'Systems', 'Health'])[1 + (i // 10) % 6] as name
  from range(1, 61) r(i)
);

create table customers as
select
  1000 + i as id,
  lower(first_name) || '.' || lower(last_name) || i || '@' || c.domain as email,
  first_name,
  last_name,
  (['paid', 'paid', 'trial', 'paid', 'trial', 'churned', 'paid'])[1 + (i * 3) % 7] as plan,
  (['Data Engineer', 'CTO', 'Analyst', null, 'Head of Growth'])[1 + (i * 11) % 5] as title,
  c.domain as company_domain,
  timestamp '2024-01-01 08:00:00' + interval (i * 37) hour as signed_up_at,
  (i * 13) % 4 <> 0 as newsletter
from (
  select
    i,
    (['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Katherine', 'Donald', 'Radia', 'Ken', 'Margaret', 'Linus'])[1 + i % 11] as first_name,
    (['Lovelace', 'Hopper', 'Turing', 'Dijkstra', 'Liskov', 'Johnson', 'Knuth', 'Perlman', 'Thompson', 'Hamilton', 'Mills', 'Naur', 'Hoare'])[1 + (i * 5) % 13] as last_name
  from range(1, 401) r(i)
) p
join companies c on c.id = 1 + p.i % 60;

insert into customers values
  (2001, 'kay@mcnulty', 'Kay', 'McNulty', 'paid', 'Programmer', 'northwind-labs.example.com', timestamp '2025-02-11 09:30:00', true),
  (2002, 'jean@bartik..example.com', 'Jean', 'Bartik', 'paid', 'Programmer', 'northwind-labs.example.com', timestamp '2025-02-12 09:30:00', true),
  (2003, 'betty at holberton.example.com', 'Betty', 'Holberton', 'trial', 'Programmer', 'globex-labs.example.com', timestamp '2025-02-13 09:30:00', false),
  (2004, ' Marlyn.Meltzer@Globex-Labs.example.com ', 'Marlyn', 'Meltzer', 'trial', null, 'globex-labs.example.com', timestamp '2025-02-14 09:30:00', true),
  (2005, null, 'Frances', 'Spence', 'paid', 'Programmer', 'globex-labs.example.com', timestamp '2025-02-15 09:30:00', true),
  (2006, 'shared@initech-labs.example.com', 'Peter', 'Gibbons', 'trial', 'Engineer', 'initech-labs.example.com', timestamp '2025-03-01 10:00:00', true),
  (2007, 'Shared@initech-labs.example.com', 'Milton', 'Waddams', 'trial', 'Collator', 'initech-labs.example.com', timestamp '2025-03-02 10:00:00', true),
  (2008, 'twice@umbra-labs.example.com', 'Twice', 'Counted', 'paid', null, 'umbra-labs.example.com', timestamp '2025-03-03 10:00:00', true),
  (2008, 'twice@umbra-labs.example.com', 'Twice', 'Counted', 'trial', null, 'umbra-labs.example.com', timestamp '2025-03-04 10:00:00', true),
  (null, 'nobody@umbra-labs.example.com', 'No', 'Body', 'paid', null, 'umbra-labs.example.com', timestamp '2025-03-05 10:00:00', true),
  (2009, 'miles.o''brien@hooli-labs.example.com', 'Miles "Chief"', 'O''Brien', 'paid', 'Operations; Transport', 'hooli-labs.example.com', timestamp '2025-03-06 10:00:00', true),
  (2010, 'zoe@hooli-labs.example.com', 'Zoë 🚀', 'Müller-Ōkami', 'paid', E'Line one\nLine two', 'hooli-labs.example.com', timestamp '2025-03-07 10:00:00.123456', false),
  (2011, 'nadia@hooli-labs.example.com', 'نادية', 'الحسن', 'trial', '', 'hooli-labs.example.com', timestamp '2025-03-08 10:00:00', true);

create table orders as
select
  i as id,
  1001 + (i * 7919) % 400 as customer_id,
  cast(5 + ((i * 104729) % 250000) / 100.0 as decimal(12, 2)) as amount,
  date '2025-01-01' + cast((i * 17) % 330 as integer) as ordered_on
from range(1, 1501) r(i);

create table product_usage as
select
  1001 + (i % 400) as customer_id,
  date '2025-11-01' + cast((i // 400) as integer) as day,
  (i * 7919) % 240 as events,
  round(((i * 104729) % 9000) / 60.0, 1) as minutes
from range(0, 5600) r(i);

create table nps as
select
  1001 + (i * 3) % 400 as customer_id,
  (i * 7) % 11 as score,
  (['Does what it says.', 'Support was quick, thank you!', null, 'Too expensive for "small" teams', E'First line\nsecond line', '👍', 'Would be great; if only; it had dark mode'])[1 + (i * 5) % 7] as comment,
  timestamptz '2025-10-01 09:00:00+02' + interval (i * 11) hour as answered_at
from range(1, 131) r(i);
