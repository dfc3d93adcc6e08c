import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { ApiError } from "../api/api-error.ts";
import { credentials, subscribeCredentials } from "../api/credentials.ts";
import { queryKey } from "../api/hooks.ts";
import { send } from "../api/send.ts";
import { isRow, type Row, rowIn, rowOf, rowsIn, textIn, textOrNull, textsIn } from "../lib/json.ts";
import { type ResourceInfo, readResource } from "../resources/resource-info.ts";

export interface Membership {
  readonly org_id: string;
  readonly name: string;
}

/** Who is signed in, in whatever org. */
export interface Account {
  /** An e-mail address, or the name of a key. */
  readonly name: string;
  readonly by_key: boolean;
  readonly orgs: readonly Membership[];
}

/** What every page of one org is made with. */
export interface Access {
  readonly account: Account;
  readonly org: Membership;
  /** Whether the org's traffic was made up, to be looked at. */
  readonly demo: boolean;
  /** The id of the user or key that acts: what `created_by` and an entry's actor name. */
  readonly actor_id: string;
  readonly role: string | null;
  readonly resources: readonly ResourceInfo[];
  /**
   * Whether it may be done, if only with what belongs to one of one's teams; with `team_id`, with what belongs to that team,
   * or to none. What may really be done, the API says.
   */
  may(permission: string, team_id?: string | null): boolean;
  resource(name: string): ResourceInfo | undefined;
}

export type Session =
  | { readonly status: "loading" }
  | { readonly status: "failed"; readonly error: ApiError; retry(): void }
  | { readonly status: "out" }
  /** Signed in, and in no org yet. */
  | { readonly status: "no_org"; readonly account: Account }
  | { readonly status: "in"; readonly access: Access };

/** Finds out who is signed in, in which org, and what they may do there. */
export function useSession(): Session {
  const { org_id, api_key } = useSyncExternalStore(subscribeCredentials, credentials);
  const by_key = api_key !== null;
  const session = useQuery<Row, ApiError>({
    queryKey: queryKey("/v1/auth/session"),
    queryFn: async ({ signal }) => rowOf((await send("GET", "/v1/auth/session", { signal })).body),
    enabled: !by_key,
    staleTime: 300_000,
  });
  const orgs = rowsIn(session.data ?? {}, "orgs").map(readMembership);
  const org = orgs.find((one) => one.org_id === org_id) ?? orgs[0];
  const here = by_key ? "key" : (org?.org_id ?? null);
  const me = useQuery<Row, ApiError>({
    queryKey: [...queryKey("/v1/me"), here],
    queryFn: async ({ signal }) => rowOf((await send("GET", "/v1/me", { signal, headers: orgHeader(org) })).body),
    enabled: here !== null,
    staleTime: 60_000,
  });
  const described = useQuery<readonly ResourceInfo[], ApiError>({
    queryKey: [...queryKey("/v1/resources"), here],
    queryFn: async ({ signal }) => {
      const { body } = await send("GET", "/v1/resources", { signal, headers: orgHeader(org) });
      return rowsIn(rowOf(body), "data").map(readResource);
    },
    enabled: here !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });

  if (!by_key && session.error?.status === 401) return { status: "out" };
  const error = (by_key ? null : session.error) ?? me.error ?? described.error;
  if (error !== null) {
    if (error.status === 401) return { status: "out" };
    const retry = (): void => {
      for (const query of [session, me, described]) if (query.isError) void query.refetch();
    };
    return { status: "failed", error, retry };
  }
  if (!by_key) {
    if (session.data === undefined) return { status: "loading" };
    if (org === undefined) return { status: "no_org", account: { ...readAccount(session.data), orgs: [] } };
  }
  if (me.data === undefined || described.data === undefined) return { status: "loading" };
  const account = session.data === undefined || by_key ? keyAccount(me.data) : readAccount(session.data);
  return { status: "in", access: accessOf(account, me.data, described.data) };
}

const orgHeader = (org: Membership | undefined): Readonly<Record<string, string>> =>
  org === undefined ? {} : { "x-ao-org": org.org_id };

const readMembership = (row: Row): Membership => ({ org_id: textIn(row, "org_id"), name: textIn(row, "name") });

const readAccount = (body: Row): Account => ({
  name: textIn(rowIn(body, "user"), "email"),
  by_key: false,
  orgs: rowsIn(body, "orgs").map(readMembership),
});

const keyAccount = (me: Row): Account => {
  const actor = rowIn(me, "actor");
  return { name: textOrNull(actor, "name") ?? "API key", by_key: true, orgs: [orgOf(me)] };
};

const orgOf = (me: Row): Membership => {
  const org = rowIn(me, "org");
  return { org_id: textIn(org, "id"), name: textIn(org, "name") };
};

function accessOf(account: Account, me: Row, resources: readonly ResourceInfo[]): Access {
  const everywhere = new Set(textsIn(me, "permissions"));
  const in_teams = rowIn(me, "team_permissions");
  const held = new Set([...everywhere, ...Object.keys(in_teams).flatMap((id) => textsIn(in_teams, id))]);
  const actor = isRow(me.actor) ? me.actor : {};
  return {
    account,
    org: orgOf(me),
    demo: rowIn(me, "org").demo === true,
    actor_id: textIn(actor, "id"),
    role: textOrNull(me, "role"),
    resources,
    may: (permission, team_id) =>
      team_id === undefined
        ? held.has(permission)
        : everywhere.has(permission) || (team_id !== null && textsIn(in_teams, team_id).includes(permission)),
    resource: (name) => resources.find((candidate) => candidate.name === name),
  };
}
