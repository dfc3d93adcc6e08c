import { objectNamed } from "../../../schema/clients/object-named.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { AuditDraft } from "../../../schema/wire/audit-rpc.ts";
import type { AuditNamespace } from "../env.ts";
import type { OrgDraft } from "../events/draft-of.ts";
import { problemOf } from "../problem-of.ts";

/**
 * Appends entries to the audit chains of their orgs. An entry that is there already is skipped, so that all of them can be
 * brought again. Throws when an object did not take its entries, after all others were asked.
 */
export async function appendBlocked(audit: AuditNamespace, drafts: readonly OrgDraft[]): Promise<void> {
  const by_org = Map.groupBy(drafts, ({ org_id }) => org_id);
  const problems = await Promise.all(
    [...by_org].map(([org_id, of_org]) =>
      appendToOrg(
        audit,
        org_id,
        of_org.map(({ entry }) => entry),
      ),
    ),
  );
  const found = problems.filter((problem) => problem !== null);
  if (found.length > 0) throw new Error(found.join("; "));
}

/** Answers what went wrong, or null. */
async function appendToOrg(
  audit: AuditNamespace,
  org_id: string,
  entries: readonly AuditDraft[],
): Promise<string | null> {
  try {
    const object = objectNamed(audit, org_id);
    for (let from = 0; from < entries.length; from += LIMITS.audit_batch) {
      const answer = await object.append(org_id, entries.slice(from, from + LIMITS.audit_batch));
      if (answer.status !== "written") return `${org_id}: ${"problem" in answer ? answer.problem : answer.status}`;
    }
    return null;
  } catch (error) {
    return `${org_id}: ${problemOf(error)}`;
  }
}
