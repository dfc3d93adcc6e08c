import { LIMITS } from "../../../../../schema/kernel/limits.ts";
import type { RequestCursor } from "../../../../../schema/requests/cursor.ts";
import { isScheduled } from "../../../../../schema/routing/decide.ts";
import { type KeyEntry, keyOfNobody, loadKeysByIds } from "../../../stores/api-keys.ts";
import { isWanted, type LoggedFilters, type LoggedRequest, readLog } from "../../../stores/logged-requests.ts";
import type { OrgSnapshot } from "../../../stores/org-snapshot.ts";
import { judgeRequest } from "./judge-request.ts";
import type { ListedRules } from "./listed-rules.ts";
import { PartialRules } from "./partial-rules.ts";
import type { Replaying } from "./replay-route.ts";
import { Tally } from "./tally.ts";

export interface ReplayWanted {
  readonly filters: LoggedFilters;
  readonly behind: RequestCursor | null;
  /** How many rows are looked at. */
  readonly rows: number;
}

/** What the rules would have done with requests of the log, newest first. Nothing is called or written. Throws what D1 throws. */
export async function replayLog(
  db: D1Database,
  listed: ListedRules,
  { snapshot, with_disabled }: { readonly snapshot: OrgSnapshot; readonly with_disabled: OrgSnapshot },
  wanted: ReplayWanted,
  now: number,
) {
  const { org_id } = snapshot;
  const replaying: Replaying = {
    enabled: { snapshot, plans: new Map() },
    with_disabled: { snapshot: with_disabled, plans: new Map() },
    now,
    partial: new PartialRules(listed.rules),
  };
  const keys = new Map<string, KeyEntry | null>();
  const tally = new Tally();
  const draft = listed.draft?.rule ?? null;
  let { behind } = wanted;
  let [looked_at, requests, off_schedule] = [0, 0, 0];
  let more = true;
  while (more && looked_at < wanted.rows) {
    const size = Math.min(LIMITS.replay_slice_rows, wanted.rows - looked_at);
    // One more than is looked at tells whether there are any behind.
    const read = await readLog(db, org_id, wanted.filters, behind, size + 1);
    more = read.length > size;
    const slice = read.slice(0, size);
    const rows = slice.filter((row) => isWanted(row, wanted.filters));
    await addKeys(db, org_id, rows, keys);
    for (const row of rows) {
      const key = keys.get(row.key_id) ?? null;
      if (draft !== null && !isScheduled(draft, row.started_at)) off_schedule += 1;
      tally.add(row.request_id, judgeRequest(row, key ?? goneKey(org_id, row), key !== null, listed, replaying));
    }
    looked_at += slice.length;
    requests += rows.length;
    const last = slice.at(-1);
    if (last !== undefined) behind = { at: last.at, event_id: last.event_id };
  }
  return { looked_at, requests, off_schedule, ...tally.answer(), next: more ? behind : null };
}

async function addKeys(
  db: D1Database,
  org_id: string,
  rows: readonly LoggedRequest[],
  keys: Map<string, KeyEntry | null>,
): Promise<void> {
  const missing = [...new Set(rows.map(({ key_id }) => key_id))].filter((id) => !keys.has(id));
  if (missing.length === 0) return;
  const loaded = await loadKeysByIds(db, org_id, missing);
  for (const id of missing) keys.set(id, loaded.get(id) ?? null);
}

/** One that is not there any more: which models it might use is not known. */
const goneKey = (org_id: string, { key_id, wallet_id }: LoggedRequest): KeyEntry => ({
  ...keyOfNobody(org_id),
  key_id,
  wallet_id,
});
