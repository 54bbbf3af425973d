/** What the editor is told of a sync's surroundings, from the schema snapshot alone. */
import assert from "node:assert/strict";
import { openProject, syncOf, type TestProject } from "./project";

const file = "a.sync.yaml";
const field = (name: string, more: object = {}) => ({ name, type: "text", ...more });
const object = (name: string, fields: readonly object[], more: object = {}) => ({
  ...{ name, modes: ["upsert"], removals: [], match: "required", readable: true, fields },
  ...more,
});

describe("the objects of a sync's connection", () => {
  let project: TestProject;
  before(() => {
    const objects = [
      object("contacts", [field("email", { unique: true, label: "Email" }), field("city")], { label: "Contacts" }),
      object("companies", [field("domain"), field("vat", { unique: true })]),
      object("notes", [field("text")]),
    ];
    project = openProject({ "schema/hubspot.json": JSON.stringify({ version: 1, type: "hubspot", objects }) });
  });
  after(() => project.close());

  it("come with the fields that identify a record, and no others", async () => {
    const { objects } = await project.calls.context(project.place, {
      file,
      text: syncOf({ model: "sql: select 1 as id" }),
    });
    assert.deepEqual(objects, [
      { name: "contacts", label: "Contacts", identifiers: [{ name: "email", label: "Email" }] },
      { name: "companies", identifiers: [{ name: "vat" }] },
      { name: "notes", identifiers: [] },
    ]);
  });
});
