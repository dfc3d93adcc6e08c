import * as z from "zod";
import { canonicalJson, isJsonObject, jsonDepth } from "../../schema/kernel/json.ts";
import { LIMITS } from "../../schema/kernel/limits.ts";
import { AUDIT_OUTCOMES, type AuditDraft, type AuditWrite, auditActorSchema } from "../../schema/wire/audit-rpc.ts";

/** Longer than any id, name, address or action of ours: what is over it is a bug of the caller. */
const TEXT_CHARS = 1_024;

/** SQLite's and D1's own bounds are below these: such a call would fail for certain. */
const PARAMS = 100;
const STATEMENTS = 1_000;

const MOST_AT = 253_402_300_799_999;

/**
 * Text that D1 gives back as it got it: a lone surrogate has no UTF-8, and SQLite's functions end a text at a NUL. Both
 * become the replacement character, because what somebody named a key must not keep its entry out of the log.
 */
const text = (least: number) =>
  z
    .string()
    .min(least)
    .max(TEXT_CHARS)
    .transform((value) => value.toWellFormed().replaceAll("\0", "\ufffd"));

/** A text that is there, or null: an empty one could not be told from none in a CSV. */
const optionalText = text(1).nullable();

/** Gives the canonical text: what cannot be said in JSON is refused, and nothing of it is left to interpretation. */
const details = z.unknown().transform((value, context): string => {
  const json = isJsonObject(value) ? canonicalText(value) : null;
  const bytes = json === null ? 0 : new TextEncoder().encode(json).byteLength;
  if (json !== null && bytes <= LIMITS.audit_details_bytes && jsonDepth(json, LIMITS.json_depth) <= LIMITS.json_depth) {
    return json;
  }
  const most = `at most ${LIMITS.audit_details_bytes} bytes of JSON and ${LIMITS.json_depth} levels`;
  context.addIssue({ code: "custom", message: `is not an object of ${most}` });
  return z.NEVER;
});

const draftSchema = z.object({
  id: text(1),
  at: z.int().min(0).max(MOST_AT),
  actor: auditActorSchema.extend({ id: text(0), name: text(0) }),
  action: text(1),
  outcome: z.enum(AUDIT_OUTCOMES),
  target: z.object({ type: text(1), id: text(1) }).nullable(),
  request_id: optionalText,
  ip: optionalText,
  details,
});

/** A draft that may be written: `details` is its canonical text. */
export type ValidDraft = z.infer<typeof draftSchema>;

const params = z.array(z.union([z.string(), z.number(), z.null()])).max(PARAMS);
const statement = z.object({ sql: z.string().min(1), params });

const orgId = text(1);

const writeSchema = z.object({
  org_id: orgId,
  checks: z.array(statement.extend({ name: z.string() })).max(STATEMENTS),
  statements: z.array(statement).max(STATEMENTS),
  entry: draftSchema,
});

const appendSchema = z.object({ org_id: orgId, entries: z.array(draftSchema).max(LIMITS.audit_batch) });

export type ValidWrite = z.infer<typeof writeSchema>;
export type ValidAppend = z.infer<typeof appendSchema>;

export type Validated<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

/** Callers are our own workers: a problem is a bug of theirs, and names fields, never values. */
export const validWrite = (request: AuditWrite): Validated<ValidWrite> => validated(writeSchema, request);

export const validAppend = (org_id: string, entries: readonly AuditDraft[]): Validated<ValidAppend> =>
  validated(appendSchema, { org_id, entries });

function validated<Value>(schema: z.ZodType<Value>, value: unknown): Validated<Value> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, problem: `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not valid"}`.trim() };
}

/** Null for what has no JSON, such as a circle. */
function canonicalText(value: unknown): string | null {
  try {
    return canonicalJson(value);
  } catch {
    return null;
  }
}
