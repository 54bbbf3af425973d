/** Associations and list memberships, against the sandbox. */
import assert from "node:assert/strict";
import { type Mode, type OutgoingChange } from "../../../src/record";
import { hubspot } from "../../../src/destinations/hubspot";
import { type Json } from "../../../src/value";
import { Account, change, contextOf } from "./drive";

/** Contacts 1 to 3, companies 11 to 13. */
function account(): Account {
  const contacts = [1, 2, 3].map((id) => ({ id: String(id), properties: { email: `${id}@x.io` } }));
  const companies = [11, 12, 13].map((id) => ({ id: String(id), properties: { domain: `${id}.io` } }));
  return new Account(hubspot.sandbox?.({ records: { contacts, companies } }));
}

const pair = (id: number, from: string, to: string, more: Partial<OutgoingChange> = {}) =>
  change(id, { fields: { from_id: from, to_id: to }, ...more });

function associate(
  one: Account,
  changes: readonly OutgoingChange[],
  parts: { mode?: Mode; options?: Record<string, unknown> } = {},
) {
  const options = { from: "contacts", to: "companies", ...parts.options };
  const object = one.schema("association", options);
  return one.deliver(changes, contextOf({ object, options, mode: parts.mode ?? "mirror", onRemoved: "delete" }));
}

function companiesOf(one: Account, contact: string): unknown {
  const { body } = one.call("GET", `/crm/v4/objects/contacts/${contact}/associations/companies`);
  return (body["results"] as { toObjectId: string; associationTypes: { label: string | null }[] }[]).map((to) => [
    to.toObjectId,
    to.associationTypes.map(({ label }) => label),
  ]);
}

describe("HubSpot associations", () => {
  it("link pairs of records, and know which were there before", () => {
    const one = account();
    one.call("PUT", "/crm/v4/objects/contacts/2/associations/default/companies/12");
    const outcomes = associate(one, [
      pair(1, "1", "11"),
      pair(2, "2", "12"),
      pair(3, "3", "99"),
      pair(4, "", "11"),
      pair(5, "1", "11"),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.outcome === "rejected" ? [outcome.code, outcome.status] : outcome)),
      [
        { outcome: "applied", id: 1, remoteId: "1:11", created: true },
        { outcome: "applied", id: 2, remoteId: "2:12", created: false },
        ["VALIDATION_ERROR", 207],
        ["id-missing", undefined],
        { outcome: "applied", id: 5, remoteId: "1:11", created: false },
      ],
    );
    assert.deepEqual(companiesOf(one, "1"), [["11", [null]]]);
    assert.deepEqual(associate(one, [pair(1, "2", "12")], { mode: "insert" }), [
      { outcome: "skipped", id: 1, reason: "The two records are associated already." },
    ]);
  });

  it("move with their row, and end with it", () => {
    const one = account();
    associate(one, [pair(1, "1", "11")]);
    assert.deepEqual(associate(one, [pair(1, "1", "12", { action: "update", remoteId: "1:11" })]), [
      { outcome: "applied", id: 1, remoteId: "1:12" },
    ]);
    assert.deepEqual(companiesOf(one, "1"), [["12", [null]]]);
    const removed = associate(one, [
      change(1, { action: "delete", remoteId: "1:12" }),
      change(2, { action: "delete", remoteId: "1:13" }),
      change(3, { action: "delete" }),
    ]);
    assert.deepEqual(
      removed.map(({ outcome }) => outcome),
      ["applied", "applied", "rejected"],
    );
    assert.deepEqual(companiesOf(one, "1"), []);
  });

  it("stay where one row leaves a pair that another takes up", () => {
    const one = account();
    associate(one, [pair(1, "1", "11"), pair(2, "1", "13")]);
    const swap = [
      pair(1, "1", "12", { action: "update", remoteId: "1:11" }),
      pair(2, "1", "11", { action: "update", remoteId: "1:13" }),
    ];
    associate(one, swap);
    assert.deepEqual(companiesOf(one, "1"), [
      ["11", [null]],
      ["12", [null]],
    ]);
  });

  it("carry a label, and lose only that", () => {
    const one = account();
    one.call("POST", "/crm/associations/2026-03/contacts/companies/labels", {
      name: "billing",
      label: "Billing contact",
    });
    const options = { label: "Billing contact" };
    associate(one, [pair(1, "1", "11")], { options });
    assert.deepEqual(companiesOf(one, "1"), [["11", [null, "Billing contact"]]]);
    associate(one, [change(1, { action: "delete", remoteId: "1:11" })], { options });
    assert.deepEqual(companiesOf(one, "1"), [["11", [null]]]);
    associate(one, [pair(1, "1", "12")], { options: { type: 1 } });
    assert.deepEqual(companiesOf(one, "1"), [
      ["11", [null]],
      ["12", [null, "Primary"]],
    ]);
    assert.throws(() => associate(one, [pair(1, "1", "11")], { options: { label: "Nobody" } }), {
      code: "association-type-unknown",
    });
    assert.throws(() => associate(one, [pair(1, "1", "11")], { options: { to: undefined } }), {
      code: "option-missing",
    });
    assert.throws(() => associate(one, [pair(1, "1", "11")], { options: { to: "unicorns" } }), {
      code: "association-refused",
      message: /unicorns/,
    });
    assert.ok(one.requests.every(({ path, effect }) => effect === "read" || !path.includes("unicorns")));
  });

  it("are found among more than one page of them", () => {
    const companies = Array.from({ length: 1_200 }, (_, index) => ({ id: String(index + 1_000), properties: {} }));
    const one = new Account(hubspot.sandbox?.({ records: { contacts: [{ id: "1", properties: {} }], companies } }));
    const all = Array.from({ length: 1_200 }, (_, index) => pair(index + 1, "1", String(index + 1_000)));
    associate(one, all);
    const again = associate(one, [pair(1, "1", "2199")], { mode: "insert" });
    assert.equal(again[0]?.outcome, "skipped");
  });
});

describe("HubSpot lists", () => {
  function join(one: Account, changes: readonly OutgoingChange[], parts: { mode?: Mode; list?: string } = {}) {
    const object = one.schema("list");
    return one.deliver(
      changes,
      contextOf({ object, options: { list: parts.list ?? "1" }, mode: parts.mode ?? "mirror", onRemoved: "delete" }),
    );
  }
  const members = (one: Account) =>
    (one.call("GET", "/crm/lists/2026-03/1/memberships").body["results"] as { recordId: string }[]).map(
      ({ recordId }) => recordId,
    );
  const entry = (id: number, fields: Record<string, Json>, more: Partial<OutgoingChange> = {}) =>
    change(id, { fields, ...more });

  it("take contacts by id or address", () => {
    const one = account();
    const outcomes = join(one, [
      entry(1, { record_id: "1" }),
      entry(2, { email: "2@X.io" }),
      entry(3, { record_id: "99" }),
      entry(4, { email: "no@x.io" }),
      entry(5, { email: "" }),
      entry(6, { record_id: "1" }),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.outcome === "rejected" ? [outcome.code, outcome.field] : outcome)),
      [
        { outcome: "applied", id: 1, remoteId: "1", created: true },
        { outcome: "applied", id: 2, remoteId: "2", created: true },
        ["OBJECT_NOT_FOUND", "record_id"],
        ["OBJECT_NOT_FOUND", "email"],
        ["id-missing", "record_id"],
        { outcome: "applied", id: 6, remoteId: "1", created: false },
      ],
    );
    assert.deepEqual(members(one), ["1", "2"]);
    assert.deepEqual(join(one, [entry(1, { record_id: "2" })], { mode: "insert" }), [
      { outcome: "skipped", id: 1, reason: "The record is in the list already." },
    ]);
  });

  it("let a row move to another record, and leave", () => {
    const one = account();
    join(one, [entry(1, { record_id: "1" }), entry(2, { record_id: "2" })]);
    assert.deepEqual(join(one, [entry(1, { record_id: "3" }, { action: "update", remoteId: "1" })]), [
      { outcome: "applied", id: 1, remoteId: "3" },
    ]);
    assert.deepEqual(
      join(one, [change(1, { action: "delete", remoteId: "2" }), change(2, { action: "delete" })]).map(
        ({ outcome }) => outcome,
      ),
      ["applied", "rejected"],
    );
    assert.deepEqual(members(one), ["3"]);
  });

  it("keep a record that one row leaves and another takes up", () => {
    const one = account();
    join(one, [entry(1, { record_id: "1" }), entry(2, { record_id: "2" })]);
    join(one, [
      entry(1, { record_id: "3" }, { action: "update", remoteId: "1" }),
      entry(2, { record_id: "1" }, { action: "update", remoteId: "2" }),
    ]);
    assert.deepEqual(members(one).sort(), ["1", "3"]);
  });

  it("take ids only where they do not hold contacts", () => {
    const one = account();
    const { body } = one.call("POST", "/crm/v3/lists/", { name: "C", objectTypeId: "0-2", processingType: "MANUAL" });
    const list = (body["list"] as { listId: string }).listId;
    const outcomes = join(one, [entry(1, { record_id: "11" }), entry(2, { email: "1@x.io" })], { list });
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.outcome === "rejected" ? outcome.code : outcome.outcome)),
      ["applied", "email-unfit"],
    );
  });

  it("stop the run where the list itself is at fault", () => {
    const one = account();
    assert.throws(() => join(one, [entry(1, { record_id: "1" })], { list: "2" }), {
      code: "list-refused",
      message: /DYNAMIC/,
    });
    assert.throws(() => join(one, [entry(1, { record_id: "1" })], { list: "404" }), {
      code: "list-refused",
      message: /List does not exist/,
    });
  });
});
