import type { CredentialOwner } from "./seal.ts";

/** Sealed secrets that are no provider's. Their names have a slash, which no provider's id has. */

/** The secret of an org's audit webhook: `{ secret }`. */
export const auditWebhookOwner = (org_id: string): CredentialOwner => ({ org_id, provider_id: "org/audit-webhook" });

/** What a notification channel is reached with, by the names that its kind has. */
export const channelOwner = (org_id: string, channel_id: string): CredentialOwner => ({
  org_id,
  provider_id: `channel/${channel_id}`,
});

/** The kept answer of a creating call with an idempotency key: `{ body, headers }`. */
export const idempotentAnswerOwner = (org_id: string, key_hash: string): CredentialOwner => ({
  org_id,
  provider_id: `idempotent-create/${key_hash}`,
});
