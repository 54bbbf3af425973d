import { openFields } from "../../support/drive";
import { type Sample } from "../sample";

export const sample: Partial<Sample> = {
  config: {
    base_url: "https://api.x.io",
    headers: { "X-Key": "secret-header" },
    auth: { bearer: "secret-bearer" },
    probe_path: "/me",
    rate_limit: { requests: 4, per_seconds: 1 },
  },
  options: {
    path: "/people",
    batch: { size: 4, wrap: "records" },
    errors: { path: "errors", index: "index", message: "message", field: "field" },
    on_delete: { path: "/people/{{ id }}" },
  },
  match: "id",
  bad: { email: "not an address" },
};

const batch = { size: 4, wrap: "records" };
const errors = { path: "errors", index: "index", message: "message", field: "field" };

/** An endpoint that upserts by id, and one that stores an event each time it is told of it. */
export const shapes = {
  repeatable: { options: { path: "/people", batch, errors, repeatable: true } },
  once: {
    mode: "append",
    options: { path: "/events", batch, errors },
    match: "",
    fields: openFields({ person: "text", title: "text" }),
  },
} as const;
