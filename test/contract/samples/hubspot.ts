/** What must not be lost is written with a token that lives half an hour, as an OAuth app's. */
export const shapes = {
  repeatable: { config: { client_id: "app", client_secret: "secret-client", refresh_token: "secret-refresh" } },
} as const;
