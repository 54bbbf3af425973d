import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { promises as fs } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { http } from "../../../src/destinations/http/http";
import { sandboxFor, type SandboxHandle } from "../../../src/sandbox/registry";

const script = path.join(__dirname, "serve.ts");

describe("sandbox registry", function () {
  this.timeout(60_000);
  let root: string;
  let children: ChildProcess[] = [];
  beforeEach(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), "sluice-"));
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    children = [];
    await fs.rm(root, { recursive: true, force: true });
  });

  const open = (connection = "crm"): Promise<SandboxHandle> =>
    sandboxFor({ root, connection, destination: http, now: () => 0 });

  async function elsewhere(connection = "crm"): Promise<{ child: ChildProcess; url: string; own: boolean }> {
    const child = spawn(process.execPath, ["--import", "tsx", script, root, connection], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return { child, ...(JSON.parse(line) as { url: string; own: boolean }) };
  }
  const put = async (url: string, id: number): Promise<number> =>
    (await fetch(`${url}/people/${id}`, { method: "PUT", body: "{}" })).status;
  const ids = async (url: string): Promise<unknown> => {
    const { records } = (await (await fetch(`${url}/people`)).json()) as { records: { id: string }[] };
    return records.map(({ id }) => id);
  };

  it("meets the same records in the next command", async () => {
    const first = await open();
    await put(first.url, 1);
    await first.release();
    const second = await open();
    assert.deepEqual(await ids(second.url), ["1"]);
    await second.release();
    assert.deepEqual((await fs.readdir(path.join(root, ".sluice", "sandbox"))).sort(), ["crm.json"]);
    assert.equal(await fs.readFile(path.join(root, ".sluice", ".gitignore"), "utf8"), "*\n");
  });

  it("is shared by the users of one process until the last has gone, and one can come while it goes", async () => {
    const [first, second] = await Promise.all([open(), open()]);
    assert.equal(first.url, second.url);
    await first.release();
    await first.release();
    assert.equal(await put(second.url, 1), 201);
    const going = second.release();
    const third = await open();
    await going;
    assert.deepEqual(await ids(third.url), ["1"]);
    await third.release();
  });

  it("keeps connections apart", async () => {
    const [one, other] = await Promise.all([open("crm"), open("../evil/crm")]);
    await put(one.url, 1);
    assert.deepEqual(await ids(other.url), []);
    await Promise.all([one.release(), other.release()]);
  });

  it("visits the host of another process and takes its place, at its address, when that goes", async () => {
    const there = await elsewhere();
    const here = await open();
    assert.deepEqual([here.url, here.own], [there.url, false]);
    await put(here.url, 1);
    there.child.stdin?.end();
    await once(there.child, "exit");
    while (!here.own) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(here.url, there.url);
    assert.deepEqual(await ids(here.url), ["1"]);
    await here.release();
  });

  it("takes over from a process that was killed, and only one of several does", async () => {
    const there = await elsewhere();
    there.child.kill("SIGKILL");
    await once(there.child, "exit");
    const opened = await Promise.all([elsewhere(), elsewhere(), elsewhere()]);
    assert.equal(opened.filter(({ own }) => own).length, 1);
    assert.equal(new Set(opened.map(({ url }) => url)).size, 1);
  });

  it("does not believe a claim whose process number another process has", async () => {
    const folder = path.join(root, ".sluice", "sandbox");
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(
      path.join(folder, "crm.host"),
      JSON.stringify({ id: "old", pid: process.ppid, url: "http://127.0.0.1:9" }),
    );
    const handle = await open();
    assert.ok(handle.own);
    await handle.release();
  });

  for (const text of ["", "{oops", '{"id":1}']) {
    it(`replaces the unreadable claim ${JSON.stringify(text)}`, async () => {
      const folder = path.join(root, ".sluice", "sandbox");
      await fs.mkdir(folder, { recursive: true });
      await fs.writeFile(path.join(folder, "crm.host"), text);
      const handle = await open();
      assert.ok(handle.own);
      await handle.release();
    });
  }
});
