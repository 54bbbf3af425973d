import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { filesBelow, makeProject, type Project, type Ran, sluice } from "../support/cli";
import { execute } from "../support/duckdb";

const files = {
  "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  away: { type: hubspot, token: "\${secret:HUBSPOT_TOKEN}", base_url: "http://127.0.0.1:1" }
  files: { type: file, folder: out }
`,
  "people.sync.yaml": `model:
  sql: |
    select 1 as id, 'a@x.io' as email
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
`,
};

interface Case {
  readonly what: string;
  /** Makes the input bad. */
  readonly spoil: (project: Project) => void;
  readonly words?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  /** Of what is said on stdout or stderr. */
  readonly says: RegExp;
}

const mend =
  (before: string, after: string, file = "people.sync.yaml") =>
  (project: Project) =>
    project.mend(file, before, after);

const cases: readonly Case[] = [
  {
    what: "a model's file that is not there",
    spoil: mend("sql: |\n    select 1 as id, 'a@x.io' as email", "file: models/no.sql"),
    code: 1,
    says: /^people\.sync\.yaml:2:9 {2}error {2}There is no file models\/no\.sql/m,
  },
  {
    what: "a data file that is not there",
    spoil: mend("select 1 as id, 'a@x.io' as email", "select * from 'no.csv'"),
    code: 1,
    says: /^people\.sync\.yaml:3:19 {2}error {2}The project has no file "no\.csv"/m,
  },
  {
    what: "a warehouse file that is not there",
    spoil: mend('":memory:"', "no.duckdb", "sluice.yaml"),
    code: 4,
    says: /There is no DuckDB file "no\.duckdb".* Correct `path` of the warehouse in sluice\.yaml/,
  },
  {
    what: "a sync file that is no YAML",
    spoil: mend("fields:\n", "fields: [\n"),
    code: 1,
    says: /^people\.sync\.yaml:\d+:\d+ {2}error {2}.*(bracket|indentation)/im,
  },
  {
    what: "a project file that is no YAML",
    spoil: mend("destinations:", "destinations: [", "sluice.yaml"),
    code: 1,
    says: /^sluice\.yaml:\d+:\d+ {2}error {2}/m,
  },
  {
    what: "bytes that are no text",
    spoil: (project) => writeFileSync(path.join(project.root, "people.sync.yaml"), Buffer.from([0xff, 0xfe, 0, 1, 2])),
    code: 1,
    says: /^people\.sync\.yaml:\d+:\d+ {2}error {2}/m,
  },
  {
    what: "an unknown key",
    spoil: mend("mode: upsert", "mode: upsert\ntag: [crm]"),
    code: 1,
    says: /^people\.sync\.yaml:7:1 {2}error {2}.*Did you mean "tags"\?/m,
  },
  {
    what: "a connection that nobody named",
    spoil: mend("connection: hubspot", "connection: hubspt"),
    code: 1,
    says: /^people\.sync\.yaml:5:28 {2}error {2}There is no destination "hubspt"\. Did you mean "hubspot"\?/m,
  },
  {
    what: "a column that the model does not have",
    spoil: mend("email: email\n", "email: emial\n"),
    code: 1,
    says: /^people\.sync\.yaml:8:10 {2}error {2}The model has no column "emial"\. Did you mean "email"\?/m,
  },
  {
    what: "a key column that the model does not have",
    spoil: mend("key: id", "key: uid"),
    code: 1,
    says: /^people\.sync\.yaml:4:8 {2}error {2}.*"uid"/m,
  },
  {
    what: "an object that the destination does not have",
    spoil: mend("object: contacts", "object: contract"),
    code: 1,
    says: /^people\.sync\.yaml:5:45 {2}error {2}.*"contract"/m,
  },
  {
    what: "a field that the destination does not have",
    spoil: mend("fields:\n", "fields:\n  frstname: email\n"),
    code: 1,
    says: /^people\.sync\.yaml:8:3 {2}error {2}.*"frstname".*Did you mean "firstname"\?/m,
  },
  {
    what: "an error in the SQL of a block",
    spoil: mend("select 1 as id, 'a@x.io' as email", "select 1 as id,\n      'a@x.io' as email\n    from nowhere"),
    code: 1,
    says: /^people\.sync\.yaml:5:10 {2}error {2}.*nowhere/m,
  },
  {
    what: "an error in a .sql file",
    spoil: (project) => {
      mend("sql: |\n    select 1 as id, 'a@x.io' as email", "file: model.sql")(project);
      project.write({ "model.sql": "-- the model\nselect\n  1 as id,\n  nope('a@x.io') as email\n" });
    },
    code: 1,
    says: /^model\.sql:4:3 {2}error {2}.*nope/m,
  },
  {
    what: "an error in the SQL of a field",
    spoil: mend("fields:\n", "fields:\n  firstname: { sql: upper(nobody) }\n"),
    code: 1,
    says: /^people\.sync\.yaml:8:27 {2}error {2}.*nobody/m,
  },
  {
    what: "SQL that would write",
    spoil: mend("select 1 as id, 'a@x.io' as email", "create table x as select 1 as id"),
    code: 1,
    says: /^people\.sync\.yaml:3:5 {2}error {2}/m,
  },
  {
    what: "a model that reaches outside the project",
    spoil: mend("select 1 as id, 'a@x.io' as email", "select * from read_text('/etc/hosts')"),
    code: 1,
    says: /^people\.sync\.yaml:3:\d+ {2}error {2}/m,
  },
  {
    what: "an error that only the rows show",
    spoil: mend(
      "select 1 as id, 'a@x.io' as email",
      "select i as id, cast('x' || i as int) || '@x.io' as email from range(9) t(i)",
    ),
    code: 1,
    says: /^people\.sync\.yaml:\d+:\d+ {2}error {2}/m,
  },
  {
    what: "keys that are NULL or there twice",
    spoil: mend(
      "select 1 as id, 'a@x.io' as email",
      "select * from (values (1, 'a@x.io'), (2, 'b@x.io'), (2, 'c@x.io'), (null, 'd@x.io')) as p(id, email)",
    ),
    code: 3,
    says: /1 created .* 3 rejected .*\n(.*\n)*.*The model returns this key 2 times\.[^]*A key column is empty\./,
  },
  {
    what: "a value that the field cannot hold",
    spoil: mend("fields:\n", "fields:\n  lifetime_value: { value: a lot }\n"),
    code: 3,
    says: /× mapping · lifetime_value: .*number/,
  },
  {
    what: "a secret that nobody set",
    spoil: mend("connection: hubspot", "connection: away"),
    code: 4,
    says: /needs the secret HUBSPOT_TOKEN, and it is not set\. Set the environment variable HUBSPOT_TOKEN/,
  },
  {
    what: "a host that cannot be reached",
    spoil: mend("connection: hubspot", "connection: away"),
    env: { HUBSPOT_TOKEN: "planted-token" },
    code: 4,
    says: /HubSpot could not be reached at 127\.0\.0\.1:1: the connection was refused\. Check the network/,
  },
  {
    what: "a sync that nobody wrote",
    spoil: none,
    words: "run nobody",
    code: 2,
    says: /No sync is named "nobody"\. The project has: people\./,
  },
  { what: "an unknown command", spoil: none, words: "rum people", code: 2, says: /unknown command 'rum'/ },
  { what: "an unknown option", spoil: none, words: "run people --nope", code: 2, says: /unknown option '--nope'/ },
  {
    what: "an option's bad value",
    spoil: none,
    words: "plan people --limit none",
    code: 2,
    says: /whole number from 1/,
  },
  { what: "a missing argument", spoil: none, words: "run", code: 2, says: /missing required argument/ },
  {
    what: "an unknown target",
    spoil: none,
    words: "run people --target prod",
    code: 2,
    says: /There is no target "prod"/,
  },
  { what: "an unknown run", spoil: none, words: "show 2020", code: 2, says: /There is no run "2020"/ },
];

function none(): void {
  // The command line itself is what is bad.
}

describe("bad input", function () {
  this.timeout(60_000);

  for (const { what, spoil, words = "run people", env = {}, code, says } of cases) {
    it(`${what}: exit code ${code} and a sentence`, async () => {
      const project = makeProject(files);
      try {
        spoil(project);
        const ran = await project.sluice(words, { env });
        assert.match(ran.stdout + ran.stderr, says);
        assert.equal(ran.code, code);
        sentencesOnly(ran);
        nothingHalfWritten(project);
      } finally {
        await project.remove();
      }
    });
  }

  it("no project: exit code 2 and a sentence", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-none-"));
    try {
      const ran = await sluice("check", { cwd: folder });
      assert.equal(ran.code, 2);
      assert.match(
        ran.stderr,
        /There is no sluice\.yaml in this folder or above it\. Make a project with `sluice init`/,
      );
      assert.ok(!existsSync(path.join(folder, ".sluice")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("a project that is there already: init leaves it alone", async () => {
    const project = makeProject(files);
    const ran = await project.sluice("init . --sample");
    assert.equal(ran.code, 2);
    assert.equal(project.read("sluice.yaml"), files["sluice.yaml"]);
    await project.remove();
  });

  describe("a token that is refused", () => {
    for (const [what, token, fault] of [
      ["expired", "expired-token", false],
      ["refused in mid-run", "good-token", true],
    ] as const) {
      it(`${what}: exit code 4, the vendor's words, nothing in the ledger`, async () => {
        const project = makeProject(files);
        try {
          const sandbox = await project.serve();
          project.mend("sluice.yaml", "http://127.0.0.1:1", sandbox.url);
          project.mend("people.sync.yaml", "connection: hubspot", "connection: away");
          project.mend(
            "people.sync.yaml",
            "select 1 as id, 'a@x.io' as email",
            "select i as id, i || '@x.io' as email from range(250) t(i)",
          );
          if (fault) await sandbox.post("faults", { kind: "expired", times: 1000, path: "/batch/upsert" });
          const ran = await project.sluice("run people --format json", { env: { HUBSPOT_TOKEN: token } });
          assert.equal(ran.code, 4, ran.stdout);
          const failure = ran.json.failures[0] ?? ran.json.runs[0].failure;
          assert.match(
            failure.message,
            /does not accept the credentials: The OAuth token used to make this call expired/,
          );
          assert.ok(failure.hint.length > 10);
          assert.deepEqual((await sandbox.state()).records.contacts, []);
          assert.ok(!(ran.stdout + ran.stderr).includes(token));
          nothingHalfWritten(project);
          if (fault) {
            // Nothing was lost: with good credentials everything is sent.
            await fetch(`${sandbox.url}/__sluice/faults`, { method: "DELETE" });
            const again = await project.sluice("run people --format json", { env: { HUBSPOT_TOKEN: token } });
            assert.equal(again.json.runs[0].counts.created, 250);
          }
        } finally {
          await project.remove();
        }
      });
    }
  });

  describe("a damaged ledger", () => {
    for (const [what, damage] of [
      ["overwritten", (file: string) => writeFileSync(file, "this is no database\n".repeat(1000))],
      ["cut short", (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
      ["empty", (file: string) => truncateSync(file, 0)],
    ] as const) {
      it(`${what}: exit code 4 and a sentence, and it is left as it is`, async () => {
        const project = makeProject(files);
        try {
          assert.equal((await project.sluice("run people")).code, 0);
          const ledger = path.join(project.root, ".sluice/ledger/default/people.duckdb");
          damage(ledger);
          const damaged = readFileSync(ledger);
          for (const command of ["plan people", "run people"]) {
            const ran = await project.sluice(command);
            assert.equal(ran.code, 4, ran.stdout);
            assert.match(ran.stderr, /The ledger's file cannot be read/);
            sentencesOnly(ran);
          }
          assert.deepEqual(readFileSync(ledger), damaged);
          nothingHalfWritten(project);
        } finally {
          await project.remove();
        }
      });
    }
  });

  it("a full disk: exit code 4 and a sentence, and once there is room nothing is missing", async function () {
    // Room for the plans and the ledger that the runs without room leave behind.
    const size = 24;
    const disk = smallDisk(size);
    if (disk === undefined) return this.skip();
    const project = makeProject(files);
    const home = path.join(disk.folder, "project");
    try {
      const here = (words: string): Promise<Ran> => sluice(words, { cwd: home });
      execFileSync("cp", ["-r", project.root, home]);
      writeFileSync(path.join(home, "people.sync.yaml"), wide);
      const filler = path.join(disk.folder, "filler");
      for (const left of [0.2, 1, 3, 6]) {
        rmSync(filler, { force: true });
        execFileSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=64k", `count=${Math.floor((size - left) * 16) - 4}`], {
          stdio: "ignore",
        });
        const ran = await here("run people --first-run send");
        assert.equal(ran.code, 4, `${left} MB left: ${ran.code} ${ran.stdout} ${ran.stderr}`);
        assert.match(ran.stdout + ran.stderr, /disk|room|space/i);
        sentencesOnly(ran);
      }
      rmSync(filler);
      const ran = await here("run people --first-run send --format json");
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const lines = readFileSync(path.join(home, "out/people.csv"), "utf8").trimEnd().split("\r\n");
      assert.equal(new Set(lines).size, 1 + 3000);
      assert.equal(lines.length, 1 + 3000, "each row once");
    } finally {
      disk.release();
      await project.remove();
    }
  });

  it("a warehouse file that is damaged: exit code 4 and a sentence", async () => {
    const project = makeProject(files);
    try {
      project.mend("sluice.yaml", '":memory:"', "w.duckdb");
      await execute(path.join(project.root, "w.duckdb"), "create table t as select 1 as id");
      writeFileSync(path.join(project.root, "w.duckdb"), "no database at all\n".repeat(500));
      const ran = await project.sluice("run people");
      assert.equal(ran.code, 4);
      assert.match(ran.stderr, /w\.duckdb/);
      sentencesOnly(ran);
    } finally {
      await project.remove();
    }
  });
});

const wide = `model:
  sql: |
    select i as id, repeat('x', 1000) || i as text from range(3000) t(i)
  key: id
destination: { connection: files, object: row, match: id, path: people.csv }
mode: append
fields:
  id: id
  text: text
`;

/** What people read has no stack and no internal names in it. */
function sentencesOnly({ stdout, stderr }: Ran): void {
  const said = stdout + stderr;
  assert.doesNotMatch(said, /^\s+at .*[(:]/m, said);
  assert.doesNotMatch(said, /node:internal|dist\/cli\.js|\bundefined\b|\[object /, said);
}

/** Nothing under way is left on the disk. A sandbox that is served beside it is another process, and may be at work. */
function nothingHalfWritten(project: Project): void {
  const left = filesBelow(path.join(project.root, ".sluice")).map(({ file }) => file);
  assert.deepEqual(
    left.filter(
      (file) => !file.startsWith("sandbox/") && /^tmp\/|\.tmp$|\.new$|\.stage|\.plan$|\.wal$|^locks\//.test(file),
    ),
    [],
  );
}

/** A disk of so many megabytes, where whoever runs the tests may make one. */
function smallDisk(megabytes: number): { readonly folder: string; release(): void } | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-disk-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    remove();
    return undefined;
  }
  return {
    folder,
    release() {
      execFileSync("umount", ["-l", folder]);
      remove();
    },
  };
}
