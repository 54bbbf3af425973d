/** Slack's error words, each with what it means for the one who sent the message and, where it speaks of one, the field. */

interface Meaning {
  readonly reason: string;
  readonly field?: "channel" | "email" | "text" | "thread_ts";
}

export const sentences: Readonly<Record<string, Meaning>> = Object.assign(Object.create(null) as object, {
  channel_not_found: {
    reason: "Slack has no such channel, or it is private and the app is not in it (channel_not_found).",
    field: "channel",
  },
  not_in_channel: {
    reason: "The app is not in this channel (not_in_channel): invite it, or give it the scope chat:write.public.",
    field: "channel",
  },
  is_archived: { reason: "The channel is archived (is_archived).", field: "channel" },
  channel_is_archived: { reason: "The webhook's channel is archived (channel_is_archived).", field: "channel" },
  invalid_channel: { reason: "This is no channel (invalid_channel).", field: "channel" },
  cannot_dm_bot: { reason: "A bot cannot be written to (cannot_dm_bot).", field: "channel" },
  messages_tab_disabled: {
    reason: "The app's messages tab is off, so people cannot be written to (messages_tab_disabled).",
    field: "channel",
  },
  restricted_action: {
    reason: "The workspace does not let the app post here (restricted_action).",
    field: "channel",
  },
  restricted_action_read_only_channel: {
    reason: "The channel is read-only (restricted_action_read_only_channel).",
    field: "channel",
  },
  restricted_action_thread_only_channel: {
    reason: "The channel takes replies in threads only (restricted_action_thread_only_channel).",
    field: "thread_ts",
  },
  restricted_action_non_threadable_channel: {
    reason: "The channel has no threads (restricted_action_non_threadable_channel).",
    field: "thread_ts",
  },
  posting_to_general_channel_denied: {
    reason: "The workspace does not let the app post to #general (posting_to_general_channel_denied).",
    field: "channel",
  },
  thread_not_found: { reason: "There is no message to reply to (thread_not_found).", field: "thread_ts" },
  invalid_thread_ts: { reason: "thread_ts is no message's time (invalid_thread_ts).", field: "thread_ts" },
  cannot_reply_to_message: { reason: "This message takes no replies (cannot_reply_to_message).", field: "thread_ts" },
  users_not_found: { reason: "Slack knows no active person by this e-mail address (users_not_found).", field: "email" },
  user_not_found: { reason: "The person who made the webhook is no longer there (user_not_found)." },
  no_text: { reason: "The message has neither a text nor blocks (no_text).", field: "text" },
  msg_too_long: { reason: "The text is longer than Slack takes (msg_too_long).", field: "text" },
  msg_blocks_too_long: { reason: "The blocks are longer than Slack takes (msg_blocks_too_long)." },
  invalid_blocks: { reason: "Slack does not take these blocks (invalid_blocks)." },
  invalid_blocks_format: { reason: "The blocks are not written as Slack wants them (invalid_blocks_format)." },
  invalid_payload: { reason: "Slack does not take this message (invalid_payload): look at its blocks." },
  invalid_arguments: { reason: "Slack does not take this message (invalid_arguments)." },
  too_many_attachments: { reason: "The message has too many attachments (too_many_attachments)." },
  message_limit_exceeded: { reason: "The workspace's free messages are used up (message_limit_exceeded)." },
  duplicate_message_not_found: {
    reason: "Slack saw this message before and cannot find it (duplicate_message_not_found).",
  },
  missing_scope: { reason: "The token lacks a scope (missing_scope)." },
  invalid_auth: { reason: "The token is not valid (invalid_auth)." },
  not_authed: { reason: "There is no token (not_authed)." },
  account_inactive: { reason: "The token's account or workspace is gone (account_inactive)." },
  token_revoked: { reason: "The token was revoked (token_revoked)." },
  token_expired: { reason: "The token has expired (token_expired)." },
  not_allowed_token_type: { reason: "A token of this kind may not do this (not_allowed_token_type): use a bot token." },
  no_service: { reason: "The webhook was switched off or removed (no_service)." },
  no_active_hooks: { reason: "The webhook was switched off (no_active_hooks)." },
  invalid_token: { reason: "The webhook's address is not valid (invalid_token)." },
  no_team: { reason: "The webhook's workspace is gone (no_team)." },
  team_disabled: { reason: "The webhook's workspace is switched off (team_disabled)." },
  action_prohibited: { reason: "The workspace does not let the webhook post (action_prohibited)." },
  ratelimited: { reason: "Slack asks to send less (ratelimited)." },
  rate_limited: { reason: "Slack asks to send less (rate_limited)." },
} satisfies Readonly<Record<string, Meaning>>);
