import assert from "node:assert/strict";
import { makeProject, type Output, type Project, publicData, type Served } from "../support/cli";
import { query } from "../support/duckdb";

/** HubSpot's limits would make these thousands of records take a minute; they have tests of their own. */
const unlimited = { requests: 100_000, perMs: 10_000, search: 1_000, daily: 10_000_000 };

describe("real public data, from files to the HubSpot sandbox", function () {
  this.timeout(120_000);
  let project: Project;
  let sandbox: Served;

  before(async () => {
    project = makeProject({
      "sluice.yaml": `version: 1
warehouses:
  files: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  exports: { type: file, folder: out }
`,
    });
    sandbox = await project.serve();
    await sandbox.post("seed", { limits: unlimited });
  });
  after(() => project.remove());

  it("makes every airport a company", async () => {
    const airports = publicData(project, "airports.csv");
    await defineProperties(sandbox, "companies", { iata: "unique", latitude: "number", longitude: "number" });
    project.write({
      "airports.sync.yaml": `
model:
  sql: select * from 'data/airports.csv'
  key: iata
destination: { connection: hubspot, object: companies, match: iata }
mode: upsert
fields:
  iata: iata
  name: name
  city: city
  state: { sql: "nullif(state, 'NA')" }
  country: { column: country, values: { USA: United States }, default: Abroad }
  latitude: latitude
  longitude: longitude
`,
    });
    await runOnce("airports", { created: 3376 });
    await sameRecords(
      "companies",
      `select iata, name, city, nullif(state, 'NA') as state,
         if(country = 'USA', 'United States', 'Abroad') as country, latitude, longitude
       from '${airports}'`,
      "iata",
      ["latitude", "longitude"],
    );
  });

  it("makes every ZIP code a record of a custom object", async () => {
    const zips = publicData(project, "zipcodes.csv");
    await sandbox.api("POST", "/crm-object-schemas/2026-03/schemas", {
      name: "zip",
      labels: { singular: "ZIP code", plural: "ZIP codes" },
      primaryDisplayProperty: "code",
      requiredProperties: ["code"],
      properties: [
        { name: "code", label: "Code", type: "string", fieldType: "text", hasUniqueValue: true },
        ...["place", "county", "us_state"].map((name) => ({ name, label: name, type: "string", fieldType: "text" })),
        ...["latitude", "longitude"].map((name) => ({ name, label: name, type: "number", fieldType: "number" })),
      ],
    });
    project.write({
      "zips.sync.yaml": `
model:
  sql: |
    select * from read_csv('data/zipcodes.csv', types = { zip_code: 'varchar' })
  key: zip_code
destination: { connection: hubspot, object: zip, match: code }
mode: mirror
on_removed: archive
guards: { max_removed: 100% }
fields:
  code: zip_code
  place: { template: "{{ city }}, {{ state }}" }
  county: county
  us_state: state
  latitude: latitude
  longitude: longitude
`,
    });
    await runOnce("zips", { created: 42_049 });
    await sameRecords(
      "p_zip",
      `select zip_code as code, city || ', ' || state as place, county, state as us_state, latitude, longitude
       from read_csv('${zips}', types = { zip_code: 'varchar' })`,
      "code",
      ["latitude", "longitude"],
    );
  });

  it("makes every film a deal, with dates, amounts and stages translated, and says which cannot be one", async () => {
    const movies = publicData(project, "movies.json");
    await defineProperties(sandbox, "deals", { film: "unique", released: "date", votes: "number" });
    const model = (file: string): string => `
      select row_number() over () as id, json_extract_string("Title", '$') as title, "Worldwide Gross" as gross,
        try_strptime("Release Date", '%b %d %Y')::date as released, "IMDB Votes" as votes, "Director" as director
      from read_json('${file}')`;
    project.write({
      "movies.sync.yaml": `
model:
  sql: |${model("data/movies.json")}
  key: id
destination: { connection: hubspot, object: deals, match: film }
mode: upsert
fields:
  film: { template: "film {{ id }}" }
  dealname: title
  dealstage: { sql: "case when gross > 100000000 then 'closedwon' when gross is null then 'unknown' else 'closedlost' end" }
  amount: gross
  released: released
  votes: votes
  description: director
`,
    });
    const refused = await query<{ id: number; why: string }>(
      `select id, if(gross is null, 'mapping dealstage unknown-option', 'destination dealname VALIDATION_ERROR') as why
       from (${model(movies)}) where gross is null or title is null`,
    );
    assert.deepEqual([...new Set(refused.map(({ why }) => why.split(" ")[0]))].sort(), ["destination", "mapping"]);
    const { code, json } = await project.sluice("run movies --format json");
    assert.equal(code, 3);
    const [{ counts, rejections }] = json.runs;
    assert.deepEqual([counts.created, counts.rejected], [3201 - refused.length, refused.length]);
    assert.deepEqual(
      rejections.map(({ key, stage, field, code }: Output) => `${key} ${stage} ${field} ${code}`).sort(),
      refused.map(({ id, why }) => `${id} ${why}`).sort(),
    );
    await sameRecords(
      "deals",
      `select 'film ' || id as film, title as dealname, if(gross > 100000000, 'closedwon', 'closedlost') as dealstage,
         gross as amount, released, votes, director as description
       from (${model(movies)}) where gross is not null and title is not null`,
      "film",
      ["amount", "votes"],
    );
  });

  it("makes a day of flights tickets, by a composite key", async () => {
    const flights = publicData(project, "flights-3m.parquet");
    await defineProperties(sandbox, "tickets", { flight: "unique", delay: "number", departed: "datetime" });
    const model = (file: string): string => `
      select origin, row_number() over (partition by origin order by date, destination, delay, distance) as n, *
        exclude (origin)
      from '${file}' where date < timestamp '2001-01-02' and distance > 2000`;
    project.write({
      "flights.sync.yaml": `
model:
  sql: |${model("data/flights-3m.parquet")}
  key: [origin, n]
destination: { connection: hubspot, object: tickets, match: flight }
mode: upsert
fields:
  flight: { template: "{{ origin }}-{{ n }}" }
  subject: { template: "{{ origin }} → {{ destination }}" }
  hs_pipeline_stage: { value: "4" }
  delay: delay
  departed: date
`,
    });
    const [{ flights: expected } = { flights: 0 }] = await query<{ flights: number }>(
      `select count(*)::integer as flights from (${model(flights)})`,
    );
    assert.ok(expected > 200);
    await runOnce("flights", { created: expected });
    await sameRecords(
      "tickets",
      `select origin || '-' || n as flight, origin || ' → ' || destination as subject, '4' as hs_pipeline_stage, delay,
         strftime(date, '%Y-%m-%dT%H:%M:%SZ') as departed
       from (${model(flights)})`,
      "flight",
      ["delay"],
    );
  });

  it("takes the same rows of a large file each time where the model has a limit and no order", async () => {
    publicData(project, "flights-3m.parquet");
    project.write({
      "some.sync.yaml": `
model:
  sql: |
    select date, origin, destination, delay, distance, count(*) as flights
    from (select * from 'data/flights-3m.parquet' limit 20000) group by all
  key: [date, origin, destination, delay, distance]
destination: { connection: exports, object: row, match: flight, path: some.csv }
mode: mirror
on_removed: delete
guards: { max_removed: 100% }
fields:
  flight: { template: "{{ date }} {{ origin }} {{ destination }} {{ delay }} {{ distance }}" }
  flights: flights
`,
    });
    await project.sluice("run some --first-run baseline");
    for (let plan = 0; plan < 3; plan += 1) {
      const { json } = await project.sluice("plan some --format json");
      const { counts, notices } = json.syncs[0];
      assert.deepEqual([counts.create, counts.update, counts.delete, notices], [0, 0, 0, []]);
    }
  });

  async function runOnce(sync: string, { created }: { readonly created: number }): Promise<void> {
    const { code, json, stderr } = await project.sluice(`run ${sync} --first-run send --format json`);
    assert.equal(code, 0, stderr + JSON.stringify(json).slice(0, 1000));
    assert.deepEqual(counted(json), { created, updated: 0, deleted: 0, unchanged: 0, rejected: 0 });
    const again = await project.sluice(`run ${sync} --format json`);
    assert.deepEqual(counted(again.json), { created: 0, updated: 0, deleted: 0, unchanged: created, rejected: 0 });
    assert.equal(again.json.runs[0].counts.requests, 0);
  }

  /** The sandbox's live records are the rows of this query, neither more nor fewer, value for value. */
  async function sameRecords(object: string, sql: string, by: string, numbers: readonly string[]): Promise<void> {
    const rows = await query<Record<string, unknown>>(`${sql} order by ${by}`);
    const { records } = await sandbox.state();
    const held = new Map((records[object] ?? []).map(({ properties }) => [properties[by], properties]));
    assert.equal(held.size, rows.length);
    for (const row of rows) {
      const present = held.get(String(row[by])) ?? {};
      for (const [name, value] of Object.entries(row)) {
        const got = present[name];
        // An absent property and an empty one are the same to HubSpot.
        if (value === null) assert.ok(got === undefined || got === "", `${row[by]}: ${name} is ${got}`);
        else if (numbers.includes(name)) assert.equal(Number(got), Number(value), `${row[by]}: ${name}`);
        else assert.equal(got, String(value), `${row[by]}: ${name}`);
      }
    }
  }
});

function counted({ runs }: Output): Output {
  const [{ counts }] = runs;
  const { created, updated, deleted, unchanged, rejected } = counts;
  return { created, updated, deleted, unchanged, rejected };
}

/** As a user's own script adds properties, through the API. */
async function defineProperties(
  sandbox: Served,
  object: string,
  types: Readonly<Record<string, "unique" | "number" | "date" | "datetime">>,
): Promise<void> {
  const fieldTypes = { unique: "text", number: "number", date: "date", datetime: "date" } as const;
  for (const [name, type] of Object.entries(types)) {
    await sandbox.api("POST", `/crm/properties/2026-03/${object}`, {
      name,
      label: name,
      groupName: "custom_properties",
      type: type === "unique" ? "string" : type,
      fieldType: fieldTypes[type],
      hasUniqueValue: type === "unique",
    });
  }
}
