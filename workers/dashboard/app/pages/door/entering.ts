import { chooseOrg } from "../../api/credentials.ts";

/** The invitation that somebody came with: behind the #, so that it reaches no server's log. */
export const invitationOf = (hash: string): string | null =>
  (/^#?(aoi_.+)$/.exec(hash)?.[1] ?? hash.replace(/^#/, "")) || null;

/** The page that was asked for before signing in; only one of the console's own. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get("next");
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/";
}

/** Goes in. Everything that was read before was somebody else's view: the pages begin anew. */
export function enter(to: string, org_id?: string): void {
  if (org_id !== undefined) chooseOrg(org_id);
  location.assign(to);
}

/** What the API asks of a new password; a test compares it. */
export const PASSWORD_RULE = "At least 12 characters, any of them. A few words are easy to remember and hard to guess.";
