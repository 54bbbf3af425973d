/** The official client, unmodified, against the sandbox: what it reads and writes is what HubSpot's own would. */
import assert from "node:assert/strict";
import { Client } from "@hubspot/api-client";
import { AssociationSpecAssociationCategoryEnum as Category } from "@hubspot/api-client/lib/codegen/crm/associations/v4/models/AssociationSpec";
import { FilterOperatorEnum } from "@hubspot/api-client/lib/codegen/crm/contacts/models/Filter";
import {
  PropertyCreateFieldTypeEnum,
  PropertyCreateTypeEnum,
} from "@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate";
import { hubspot } from "../../src/destinations/hubspot";
import { type SandboxHost, startSandbox } from "../../src/sandbox/host";

const start = Date.UTC(2026, 10, 22, 12);

describe("The official HubSpot client works against the sandbox", () => {
  let host: SandboxHost;
  let client: Client;
  let now = start;

  beforeEach(async () => {
    now = start;
    // A second passes between two requests, so that no limit bites.
    host = await startSandbox({ destination: hubspot, now: () => (now += 1_000) });
    client = new Client({ accessToken: "any", basePath: host.url, limiterOptions: { minTime: 0, maxConcurrent: 4 } });
  });
  afterEach(() => host.stop());

  const contacts = () => client.crm.contacts;
  const create = (...emails: string[]) =>
    contacts().batchApi.create({
      inputs: emails.map((email) => ({ properties: { email }, associations: [], objectWriteTraceId: email })),
    });

  it("creates a batch, and reads each failure by its trace id", async () => {
    const first = await create("a@x.io", "b@x.io");
    assert.deepEqual(
      [first.status, first.results.map(({ properties }) => properties["email"]).sort()],
      ["COMPLETE", ["a@x.io", "b@x.io"]],
    );
    assert.ok(first.results[0]?.createdAt instanceof Date);
    const second = await create("a@x.io", "c@x.io", "no");
    assert.ok("errors" in second);
    const errors = second.errors?.map(({ category, context }) => [category, context["objectWriteTraceId"]]);
    assert.deepEqual(errors, [
      ["CONFLICT", ["a@x.io"]],
      ["VALIDATION_ERROR", ["no"]],
    ]);
    assert.deepEqual(
      second.results.map(({ objectWriteTraceId }) => objectWriteTraceId),
      ["c@x.io"],
    );
  });

  it("upserts by address, and tells new from known", async () => {
    await create("a@x.io");
    const input = (id: string) => ({ id, idProperty: "email", properties: { firstname: "F" }, objectWriteTraceId: id });
    const { results } = await contacts().batchApi.upsert({ inputs: [input("a@x.io"), input("b@x.io")] });
    const news = Object.fromEntries(results.map((one) => [one.objectWriteTraceId, (one as { _new: boolean })._new]));
    assert.deepEqual(news, { "a@x.io": false, "b@x.io": true });
  });

  it("updates, reads and archives a batch", async () => {
    const { results } = await create("a@x.io", "b@x.io");
    const ids = results.map(({ id }) => ({ id }));
    const updated = await contacts().batchApi.update({
      inputs: ids.map(({ id }) => ({ id, properties: { lastname: "L" } })),
    });
    assert.equal(updated.results.length, 2);
    const read = (inputs: { id: string }[]) =>
      contacts().batchApi.read({ inputs, idProperty: "email", properties: ["lastname"], propertiesWithHistory: [] });
    const found = await read([{ id: "a@x.io" }, { id: "none@x.io" }]);
    assert.deepEqual(
      found.results.map(({ properties }) => properties["lastname"]),
      ["L"],
    );
    assert.ok("errors" in found);
    assert.deepEqual(found.errors?.[0]?.context, { ids: ["none@x.io"] });
    await contacts().batchApi.archive({ inputs: ids });
    assert.deepEqual((await read([{ id: "a@x.io" }])).results, []);
  });

  it("works on single records, and throws HubSpot's own errors", async () => {
    const { id } = await contacts().basicApi.create({ properties: { email: "a@x.io" }, associations: [] });
    await contacts().basicApi.update(id, { properties: { firstname: "A" } });
    const read = await contacts().basicApi.getById("a@x.io", ["firstname"], undefined, undefined, false, "email");
    assert.deepEqual([read.id, read.properties["firstname"]], [id, "A"]);
    const page = await contacts().basicApi.getPage(10, undefined, ["email"]);
    assert.deepEqual(
      page.results.map(({ properties }) => properties["email"]),
      ["a@x.io"],
    );
    const twice = contacts().basicApi.create({ properties: { email: "a@x.io" }, associations: [] });
    await assert.rejects(
      twice,
      (error: { code: number; body: { category: string } }) => error.code === 409 && error.body.category === "CONFLICT",
    );
    // The client has no method of its own for this one.
    const body = { objectId: "a@x.io", idProperty: "email" };
    assert.equal(
      (await client.apiRequest({ method: "POST", path: "/crm/v3/objects/contacts/gdpr-delete", body })).status,
      204,
    );
    await assert.rejects(contacts().basicApi.getById(id), { code: 404 });
  });

  it("searches", async () => {
    await create("a@x.io", "b@x.io");
    const found = await contacts().searchApi.doSearch({
      filterGroups: [
        { filters: [{ propertyName: "email", operator: FilterOperatorEnum.In, values: ["b@x.io", "c@x.io"] }] },
      ],
      properties: ["email"],
      limit: 10,
    });
    assert.deepEqual([found.total, found.results[0]?.properties["email"]], [1, "b@x.io"]);
  });

  it("works on companies, deals and tickets alike", async () => {
    const company = await client.crm.companies.basicApi.create({
      properties: { name: "Acme", domain: "acme.io" },
      associations: [],
    });
    const deal = await client.crm.deals.basicApi.create({
      properties: { dealname: "D", dealstage: "closedwon", amount: "10.50" },
      associations: [],
    });
    const ticket = await client.crm.tickets.basicApi.create({
      properties: { subject: "T", hs_pipeline_stage: "1" },
      associations: [],
    });
    assert.deepEqual(
      [company.properties["name"], deal.properties["amount"], ticket.properties["subject"]],
      ["Acme", "10.5", "T"],
    );
    const bare = client.crm.deals.basicApi.create({ properties: { dealname: "D" }, associations: [] });
    await assert.rejects(
      bare,
      (error: { code: number; body: { message: string } }) =>
        error.code === 400 && /required properties/.test(error.body.message),
    );
  });

  it("lists and makes properties", async () => {
    const all = await client.crm.properties.coreApi.getAll("contacts");
    const email = all.results.find(({ name }) => name === "email");
    assert.deepEqual([email?.type, email?.modificationMetadata?.readOnlyValue], ["string", false]);
    const made = await client.crm.properties.coreApi.create("contacts", {
      name: "code",
      label: "Code",
      groupName: "contactinformation",
      type: PropertyCreateTypeEnum.String,
      fieldType: PropertyCreateFieldTypeEnum.Text,
      hasUniqueValue: true,
    });
    assert.equal(made.hasUniqueValue, true);
    assert.equal((await client.crm.properties.coreApi.getByName("contacts", "code")).label, "Code");
  });

  it("makes a custom object and its records", async () => {
    const schema = await client.crm.schemas.coreApi.create({
      name: "car",
      labels: { singular: "Car", plural: "Cars" },
      requiredProperties: ["vin"],
      primaryDisplayProperty: "vin",
      associatedObjects: ["CONTACT"],
      properties: [
        {
          name: "vin",
          label: "VIN",
          type: PropertyCreateTypeEnum.String as never,
          fieldType: "text",
          hasUniqueValue: true,
        },
      ],
    });
    assert.equal(schema.fullyQualifiedName, "p62515_car");
    assert.deepEqual(
      (await client.crm.schemas.coreApi.getAll()).results.map(({ name }) => name),
      ["car"],
    );
    const made = await client.crm.objects.batchApi.create("p_car", {
      inputs: [{ properties: { vin: "V1" }, associations: [] }],
    });
    assert.equal(made.results[0]?.properties["vin"], "V1");
  });

  it("associates records, with and without a label", async () => {
    const { results } = await create("a@x.io");
    const from = { id: results[0]?.id ?? "" };
    const { id } = await client.crm.companies.basicApi.create({ properties: { name: "Acme" }, associations: [] });
    const { batchApi, schema } = client.crm.associations.v4;
    const plain = await batchApi.createDefault("contacts", "companies", { inputs: [{ _from: from, to: { id } }] });
    assert.equal(plain.results.length, 2);
    const types = await schema.definitionsApi.create("contacts", "companies", { name: "billing", label: "Billing" });
    const type = { associationCategory: Category.UserDefined, associationTypeId: types.results[0]?.typeId ?? 0 };
    const labelled = await batchApi.create("contacts", "companies", {
      inputs: [{ _from: from, to: { id }, types: [type] }],
    });
    assert.deepEqual(labelled.results[0]?.labels, ["Billing"]);
    const read = async () =>
      (await batchApi.getPage("contacts", "companies", { inputs: [from] })).results.flatMap(({ to }) =>
        to.map((one) => [one.toObjectId, one.associationTypes.map(({ label }) => label)]),
      );
    assert.deepEqual(await read(), [[id, [null, "Billing"]]]);
    await batchApi.archiveLabels("contacts", "companies", { inputs: [{ _from: from, to: { id }, types: [type] }] });
    assert.deepEqual(await read(), [[id, [null]]]);
    await batchApi.archive("contacts", "companies", { inputs: [{ _from: from, to: [{ id }] }] });
    assert.deepEqual(await read(), []);
  });

  it("changes the members of a list", async () => {
    const { results } = await create("a@x.io");
    const id = results[0]?.id ?? "";
    const list = await client.crm.lists.listsApi.create({ name: "L", objectTypeId: "0-1", processingType: "MANUAL" });
    const listId = list.list.listId;
    const changed = await client.crm.lists.membershipsApi.addAndRemove(listId, {
      recordIdsToAdd: [id, "999"],
      recordIdsToRemove: [],
    });
    assert.deepEqual(
      [changed.recordsIdsAdded, changed.recordIdsMissing, changed.recordIdsRemoved],
      [[id], ["999"], []],
    );
    const members = await client.crm.lists.membershipsApi.getPage(listId);
    assert.deepEqual(
      members.results.map(({ recordId }) => recordId),
      [id],
    );
  });

  it("renews its token, and is refused with an old one", async () => {
    const tokens = await client.oauth.tokensApi.create("refresh_token", undefined, undefined, "c", "s", "r");
    assert.deepEqual([tokens.expiresIn, tokens.refreshToken], [1_800, "r"]);
    client.setAccessToken(tokens.accessToken);
    await contacts().basicApi.getPage();
    now += 1_800_000;
    await assert.rejects(contacts().basicApi.getPage(), { code: 401 });
  });
});
