import type { Effects } from "../../../schema/kernel/effects.ts";
import type { Api, ApiError } from "./api.ts";
import { isRow, type Row, rowIn, rowsIn, textIn, textsIn } from "./json.ts";
import { createNames, type Names } from "./names.ts";
import { type ResourceInfo, readResource } from "./resource-info.ts";

export interface Membership {
  readonly org_id: string;
  readonly name: string;
}

/** Who is signed in, in whatever org. */
export interface Account {
  readonly email: string;
  readonly orgs: readonly Membership[];
}

/** What every page of one org is made with. */
export interface Console {
  readonly effects: Effects;
  readonly api: Api;
  readonly account: Account;
  readonly org: Membership;
  readonly role: string;
  readonly resources: readonly ResourceInfo[];
  readonly names: Names;
  /** The key that was made last: known to this page until it is left or loaded again, and to nothing else. */
  latest_key: string | null;
  /** Whether it may be done, if only with what belongs to one of one's teams. What may really be done, the API says. */
  may(permission: string): boolean;
  resource(name: string): ResourceInfo | undefined;
  go(href: string): void;
  /** Shows the page that one is on anew. */
  reload(): Promise<void>;
}

/** A page: its heading, also the document's title, and what stands below. */
export interface View {
  readonly title: string;
  readonly content: readonly Node[];
}

export function readAccount(body: Row): Account {
  return {
    email: textIn(rowIn(body, "user"), "email"),
    orgs: rowsIn(body, "orgs").map((row) => ({ org_id: textIn(row, "org_id"), name: textIn(row, "name") })),
  };
}

export type Entered =
  | { readonly status: "entered"; readonly console: Console }
  | { readonly status: "refused"; readonly error: ApiError };

/** Reads what the actor may do in an org, and what there is to be done it with. */
export async function enterOrg(
  base: Pick<Console, "effects" | "api" | "account" | "org" | "go" | "reload">,
): Promise<Entered> {
  const [me, described] = await Promise.all([base.api.call("GET", "/v1/me"), base.api.call("GET", "/v1/resources")]);
  if (me.status === "refused") return me;
  if (described.status === "refused") return described;
  const teams = Object.values(rowIn(me.body, "team_permissions"));
  const held = new Set([...textsIn(me.body, "permissions"), ...teams.flat().map(String)]);
  const may = (permission: string): boolean => held.has(permission);
  const resources = rowsIn(described.body, "data").map(readResource);
  return {
    status: "entered",
    console: {
      ...base,
      org: { org_id: base.org.org_id, name: textIn(rowIn(me.body, "org"), "name") },
      role: textIn(me.body, "role"),
      resources,
      names: createNames(base.api, resources, may),
      latest_key: null,
      may,
      resource: (name) => resources.find((candidate) => candidate.name === name),
    },
  };
}

/** A thing that has ended: what it is called then. */
export function endedWord(row: Row, now_ms: number): string | null {
  if (!isRow(row)) return null;
  if (typeof row.archived_at === "string") return "Archived";
  if (typeof row.revoked_at === "string") return "Revoked";
  if (typeof row.accepted_at === "string") return "Accepted";
  if (typeof row.expires_at === "string" && Date.parse(row.expires_at) <= now_ms) return "Expired";
  return null;
}
