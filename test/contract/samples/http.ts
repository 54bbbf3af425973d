import { type Sample } from "../sample";

export const sample: Partial<Sample> = {
  config: {
    base_url: "https://api.x.io",
    headers: { "X-Key": "secret-header" },
    auth: { bearer: "secret-bearer" },
    probe_path: "/me",
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
