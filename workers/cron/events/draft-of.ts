import type { AuditDraft } from "../../../schema/wire/audit-rpc.ts";
import type { EventOf } from "../../../schema/wire/events.ts";

/** An entry for the audit chain of an org. */
export interface OrgDraft {
  readonly org_id: string;
  readonly entry: AuditDraft;
}

/** A blocked request as an entry of its org's audit chain. The event's id is the entry's. */
export function draftOf(event: EventOf<"request.blocked">): OrgDraft {
  const { org_id, event_id: id, at, type: action, actor, target, request_id, ip } = event;
  const { refusal, ...always } = event.details;
  const details = refusal === undefined ? always : { ...always, refusal };
  return { org_id, entry: { id, at, actor, action, outcome: "blocked", target, request_id, ip, details } };
}
