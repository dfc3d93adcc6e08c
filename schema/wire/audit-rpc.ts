import * as z from "zod";
import type { JsonObject } from "../kernel/json.ts";

/**
 * The audit object's RPC: one Durable Object per org, found by `objectNamed(namespace, org_id)`, through which every change of an
 * org's configuration passes. It makes the change and its entry one D1 transaction and one link of the org's hash chain,
 * one after the other, so that the chain has no fork and no gap. Nothing is thrown across it: an exception means
 * unknown, and the same call with the same entry id puts it right.
 */
export interface AuditRpc {
  /**
   * Looks at `checks` in order, then makes the statements and the entry one transaction. As only this object writes an
   * org's configuration, what a check has seen still holds when the statements run.
   */
  write(request: AuditWrite): Promise<AuditWriteAnswer>;
  /** Entries without an effect of their own, such as blocked requests: at most LIMITS.audit_batch, one transaction. */
  append(org_id: string, entries: readonly AuditDraft[]): Promise<AuditAppendAnswer>;
  /** The signed head of the chain as this object keeps it, outside D1; null while there is no entry. */
  head(org_id: string): Promise<AuditHead>;
  /** Recomputes the whole chain in D1 and compares its end with this object's own head. */
  verify(org_id: string): Promise<AuditVerification>;
}

/** Who did it. */
export const auditActorSchema = z.object({
  type: z.enum(["user", "key", "system"]),
  /** User id, key id, or the name of a job. */
  id: z.string(),
  /** E-mail of a user, name of a key: as it was then. */
  name: z.string(),
});
export type AuditActor = z.infer<typeof auditActorSchema>;

export const AUDIT_OUTCOMES = ["done", "blocked", "failed"] as const;

/** An entry before it has its place in the chain. */
export interface AuditDraft {
  /** `aud_…`, made by the caller: the same id is written once. */
  readonly id: string;
  /** Milliseconds. */
  readonly at: number;
  readonly actor: AuditActor;
  /** `<resource>.<what happened>`: `key.created`, `wallet.updated`, `request.blocked`. */
  readonly action: string;
  readonly outcome: (typeof AUDIT_OUTCOMES)[number];
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly request_id: string | null;
  readonly ip: string | null;
  /**
   * What changed: `{ before, after }` of the changed fields, or what was refused and why. Never a credential, a key or
   * prompt text. At most LIMITS.audit_details_bytes as JSON.
   */
  readonly details: JsonObject;
}

/** One SQL statement with bound values: text is fixed in the source, never built from values. */
export interface SqlStatement {
  readonly sql: string;
  readonly params: readonly (string | number | null)[];
}

/** A query that must answer a row; otherwise nothing is written and its name is the answer. */
export interface AuditCheck extends SqlStatement {
  readonly name: string;
}

export interface AuditWrite {
  readonly org_id: string;
  readonly checks: readonly AuditCheck[];
  readonly statements: readonly SqlStatement[];
  readonly entry: AuditDraft;
}

export type AuditWriteAnswer =
  | { readonly status: "written"; readonly seq: number }
  /** An entry with this id was written before, with its statements. */
  | { readonly status: "already_written" }
  | { readonly status: "refused"; readonly check: string }
  | AuditFailure;

export type AuditAppendAnswer =
  | { readonly status: "written"; readonly appended: number; readonly duplicates: number }
  | AuditFailure;

export type AuditFailure =
  /** D1 does not answer, or nothing can be signed. Unknown whether it was written; the same call again finds out. */
  | { readonly status: "unavailable" }
  /** The chain in D1 does not end where this object left it: somebody else wrote there. Nothing more is written. */
  | { readonly status: "broken"; readonly problem: string }
  | { readonly status: "invalid"; readonly problem: string };

/** A signed statement that the chain of an org had this head at this time: what a customer keeps, or a webhook gets. */
export const auditReceiptSchema = z.object({
  org_id: z.string(),
  /** Number of the newest entry; the first is 1. */
  seq: z.int().min(1),
  /** Its hash, 64 lower-case hex digits. */
  hash: z.string(),
  /** When that entry was written, milliseconds. */
  at: z.int(),
  /** Which key signed: the first 16 hex digits of SHA-256 over the raw public key. */
  key_id: z.string(),
  /** Ed25519 over `receiptText`, URL-safe base 64. */
  signature: z.string(),
});
export type AuditReceipt = z.infer<typeof auditReceiptSchema>;

export interface AuditHead {
  readonly receipt: AuditReceipt | null;
  /** The raw Ed25519 public key, URL-safe base 64; null while the audit worker has no signing key, AO_AUDIT_KEY. */
  readonly public_key: string | null;
}

/** One thing that is wrong with a chain, at the entry where it shows. */
export interface AuditProblem {
  readonly kind: /** The content is not what was hashed. */
    | "changed"
    /** This entry is not there, nor those after it that the problem names. */
    | "missing"
    /** It stands at another place than it was written. */
    | "moved"
    /** Its signature is not ours: written by somebody else. */
    | "forged"
    /** It does not follow the entry before it. */
    | "unlinked";
  readonly seq: number;
  /** Null for one that is missing or cannot be read. */
  readonly entry_id: string | null;
  readonly problem: string;
}

export type AuditVerification =
  | {
      readonly status: "verified";
      readonly ok: boolean;
      readonly entries: number;
      /** At most 100, in order. */
      readonly problems: readonly AuditProblem[];
      readonly receipt: AuditReceipt | null;
    }
  | { readonly status: "unavailable" };
