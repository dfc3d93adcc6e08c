import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ROLE_PERMISSIONS, ROLES, type Role } from "../../../schema/access/permissions.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import type { AdminRoute, ConsoleRoute } from "../../../workers/dashboard/http/route.ts";
import { ROUTES } from "../../../workers/dashboard/routes/routes.ts";
import {
  type Answer,
  byKey,
  type Caller,
  caller,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  make,
  rowsOf,
  signUp,
} from "../support/console.ts";
import { eventually } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

/**
 * What every route of the console promises, for each route that the router has: who may call it and who may not, what
 * another org's ids answer, what a wrong body does. A new route is covered by being there.
 */

let platform: TestPlatform;
let founder: Founder;
let stranger: Founder;
/** Somebody with each role, by session and by key. */
let people: ReadonlyMap<Role, readonly [string, Caller][]>;
/** An id of each resource in the founder's org. */
let ids: ReadonlyMap<string, string>;

const ADMIN_ROUTES = ROUTES.filter((route): route is AdminRoute => route.security === "admin");
const named = <Kind extends ConsoleRoute>(routes: readonly Kind[]) =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const);
const RANDOM_ID = "key_01jz0000000000000000000000";

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  stranger = await signUp(platform);
  people = new Map(await Promise.all(ROLES.map(async (role) => [role, await callersOf(role)] as const)));
  ids = await oneOfEach();
});
afterAll(() => platform.dispose());

async function callersOf(role: Role): Promise<readonly [string, Caller][]> {
  const key = await make(founder, "/v1/keys", { name: role, wallet_id: founder.wallet_id, scopes: [role] });
  const person = await invite(platform, founder, { role });
  return [
    ["session", person],
    ["key", byKey(platform, z.string().parse(key.key))],
  ];
}

async function oneOfEach(): Promise<ReadonlyMap<string, string>> {
  const team = await make(founder, "/v1/teams", { name: "Search" });
  const key = await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id });
  const provider = await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  const price = await make(founder, "/v1/prices", {
    provider_id: "sandbox",
    model: "own",
    rates: { input_usd_per_million: "1" },
  });
  const rule = await make(founder, "/v1/routing/rules", { name: "x", when: { model: "none" }, then: { deny: "no" } });
  const experiment = await make(founder, "/v1/experiments", {
    name: "x",
    when: { model: "none" },
    variants: [
      { name: "a", percent: 50 },
      { name: "b", percent: 50 },
    ],
  });
  const invitation = await make(founder, "/v1/invitations", { email: "new@example.com", role: "viewer" });
  const channel = await make(founder, "/v1/channels", {
    kind: "webhook",
    name: "On call",
    url: "https://hooks.example.com/ao",
    credential: { secret: "a-long-random-text" },
  });
  const delivery_id = runtimeEffects().newId("delivery");
  await platform.query(
    "INSERT INTO notification_deliveries (id, org_id, source_id, type, kind, channel_id, recipient, status, message, next_attempt_at, created_at) VALUES (?, ?, 's', 'alert', 'threshold', ?, '', 'sent', '{}', 0, ?)",
    delivery_id,
    founder.org_id,
    channel.id,
    Date.now(),
  );
  const ladder = [{ percent: 80, recipients: ["channels"] }];
  const policy = await make(founder, "/v1/alert-policies", { name: "For all", ladder });
  const digest = await make(founder, "/v1/digests", {
    name: "Yesterday",
    hour: 8,
    time_zone: "Europe/Berlin",
    recipients: ["channels"],
  });
  const alert_id = runtimeEffects().newId("alert");
  await platform.query(
    "INSERT INTO alerts (id, org_id, kind, object_type, object_id, at, details, dedupe_key, routed_at, created_at) VALUES (?, ?, 'threshold', 'wallet', 'w', 0, '{}', 'k', 1, ?)",
    alert_id,
    founder.org_id,
    Date.now(),
  );
  // The founder's own place: anybody else's would give them the permissions of a lead.
  const members = rowsOf(await founder.call("GET", "/v1/members"));
  const member = z.string().parse(members.find(({ email }) => email === founder.email)?.id);
  const place = await make(founder, "/v1/team-members", { team_id: team.id, member_id: member, role: "lead" });
  const other = await make(founder, "/v1/wallets", { name: "Other", limit_usd: "1" });
  const moved = { amount_usd: "101", reason: "A test" };
  const transfer = await make(founder, "/v1/wallet/transfers", {
    ...moved,
    from_wallet_id: founder.wallet_id,
    to_wallet_id: other.id,
  });
  const adjustment = await make(founder, `/v1/wallets/${other.id}/adjustments`, moved);
  const top_up = await make(founder, `/v1/wallets/${other.id}/top-ups`, moved);
  const csv = "date,model,cost_usd\n2026-11-01,echo,1\n";
  const bill = await make(founder, "/v1/reconciliations", { provider_id: "sandbox", csv });
  const setting = expectStatus(await founder.call("PUT", "/v1/cache/settings", { scope: "org", mode: "exact" }), 200);
  const request = await loggedRequest(z.string().parse(key.key));
  return new Map([
    ["/v1/requests", request],
    ["/v1/cache/settings", z.string().parse(setting.body.id)],
    ["/v1/cache/-/entries", await cachedAnswer()],
    ["/v1/reconciliations", bill.id],
    ["/v1/wallet/transfers", transfer.id],
    ["/v1/wallet/adjustments", adjustment.id],
    ["/v1/wallet/top-ups", top_up.id],
    ["/v1/channels", channel.id],
    ["/v1/alert-policies", policy.id],
    ["/v1/alerts", alert_id],
    ["/v1/digests", digest.id],
    ["/v1/deliveries", delivery_id],
    ["/v1/teams", team.id],
    ["/v1/keys", key.id],
    ["/v1/providers", provider.id],
    ["/v1/prices", price.id],
    ["/v1/routing/rules", rule.id],
    ["/v1/experiments", experiment.id],
    ["/v1/invitations", invitation.id],
    ["/v1/members", member],
    ["/v1/team-members", place.id],
    ["/v1/wallets", founder.wallet_id],
    ["/v1/orgs", founder.org_id],
  ]);
}

/** The id of a request that is in the log. */
async function loggedRequest(key: string): Promise<string> {
  const body = { model: "sandbox/echo", messages: [{ role: "user", content: "Hello" }] };
  const answer = await byKey(platform, key).call("POST", "/v1/chat/completions", body);
  const id = z.string().parse(answer.headers.get("x-ao-request-id"));
  await eventually(
    () => founder.call("GET", `/v1/requests/${id}`),
    ({ status }) => status === 200,
  );
  return id;
}

/** The id of an answer that is in the cache. */
async function cachedAnswer(): Promise<string> {
  const [entry] = await eventually(
    async () => rowsOf(await founder.call("GET", "/v1/cache/entries")),
    ({ length }) => length > 0,
  );
  return z.string().parse(entry?.id);
}

const pathOf = ({ path }: ConsoleRoute): string => path.replace("{namespace}", "-");

/** A call of the route with this id in its path. What has a body gets an empty one, which changes nothing. */
const callRoute = (by: Caller, route: ConsoleRoute, id: string = RANDOM_ID): Promise<Answer> =>
  by.call(route.method.toUpperCase(), pathOf(route).replace("{id}", id), route.body === null ? undefined : {});

const resourceOf = (route: ConsoleRoute): string => pathOf(route).split("/{id}")[0] ?? "";

describe("every route of the console", () => {
  it.each(named(ROUTES))("%s says who may call it", (_name, route) => {
    expect(["none", "session", "admin"]).toContain(route.security);
    const open = ["/openapi.json", "/v1/auth/sign-up", "/v1/auth/sign-in"];
    expect(route.security === "none").toBe(open.includes(route.path));
  });

  it.each(named(ROUTES.filter(({ security }) => security !== "none")))(
    "%s refuses nobody, with 401",
    async (_name, route) => {
      const answer = await callRoute(caller(platform, {}), route);
      expect([answer.status, codeOf(answer)]).toEqual([401, "not_signed_in"]);
    },
  );

  it.each(named(ADMIN_ROUTES))(
    "%s refuses keys that are malformed, unknown, revoked or expired, and dead cookies",
    async (_name, route) => {
      const revoked = await keyInState("revoked_at");
      const expired = await keyInState("expires_at");
      for (const key of ["nonsense", `ao_${"A".repeat(43)}`, revoked, expired]) {
        const answer = await callRoute(byKey(platform, key), route);
        expect([answer.status, codeOf(answer)]).toEqual([401, "invalid_api_key"]);
      }
      const cookie = await callRoute(caller(platform, { cookie: "__Host-ao_session=nonsense.nonsense" }), route);
      expect([cookie.status, codeOf(cookie)]).toEqual([401, "not_signed_in"]);
    },
  );

  it.each(named(ADMIN_ROUTES))(
    "%s admits exactly the roles that the matrix admits, by session and by key",
    async (_name, route) => {
      for (const role of ROLES) {
        const admitted = ROLE_PERMISSIONS[role].includes(route.permission);
        for (const [how, by] of people.get(role) ?? []) {
          const answer = await callRoute(by, route);
          expect({ role, how, denied: [401, 403].includes(answer.status) }).toEqual({ role, how, denied: !admitted });
          if (!admitted) expect(codeOf(answer)).toBe("forbidden");
          expect(answer.status).toBeLessThan(500);
        }
      }
    },
  );

  it.each(named(ADMIN_ROUTES.filter(({ path }) => path.includes("{id}"))))(
    "%s answers another org's id exactly like one that never was",
    async (_name, route) => {
      const id = ids.get(resourceOf(route)) ?? "";
      expect(id).not.toBe("");
      const [theirs, random] = [await callRoute(stranger, route, id), await callRoute(stranger, route)];
      expect(theirs.status).toBe(random.status);
      expect(withoutRequestId(theirs)).toEqual(withoutRequestId(random));
      if (route.body === null || route.method === "patch") expect(theirs.status).toBe(404);
    },
  );

  it.each(named(ROUTES.filter(({ body }) => body !== null)))(
    "%s refuses what is no JSON object with a clear 400",
    async (_name, route) => {
      for (const body of ["[]", '"text"', "{", "null", "[".repeat(10_000)]) {
        const answer = await founder.call(route.method.toUpperCase(), route.path.replace("{id}", RANDOM_ID), body);
        expect([400]).toContain(answer.status);
        expect(["invalid_json", "json_too_deep"]).toContain(codeOf(answer));
      }
    },
  );

  it.each(named(ROUTES.filter(({ query }) => query !== undefined)))(
    "%s refuses pages that are too long, and parameters that it does not have",
    async (_name, route) => {
      const path = route.path.replace("{id}", founder.wallet_id);
      for (const query of ["limit=101", "limit=0", "limit=-1", "limit=x", "nonsense=1"]) {
        if (query.startsWith("limit") && route.query?.shape.limit === undefined) continue;
        expect((await founder.call(route.method.toUpperCase(), `${path}?${query}`)).status).toBe(400);
      }
      if (route.query?.shape.cursor !== undefined) {
        expect((await founder.call("GET", `${path}?cursor=nonsense`)).status).toBe(400);
      }
    },
  );
});

describe("the document", () => {
  it("covers every route of the console and of the gateway, each with the errors that it may answer", async () => {
    const answer = await caller(platform, {}).call("GET", "/openapi.json");
    const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(answer.body);
    for (const route of ROUTES.filter(({ path }) => path.startsWith("/v1/"))) {
      expect(Object.keys(paths[route.path] ?? {})).toContain(route.method);
    }
    for (const path of ["/v1/chat/completions", "/v1/models", "/v1/providers/{id}/test"])
      expect(paths).toHaveProperty([path]);
  });
});

/** A key of the founder's org that has ended. */
async function keyInState(column: "revoked_at" | "expires_at"): Promise<string> {
  const known = ended.get(column);
  if (known !== undefined) return known;
  const key = await make(founder, "/v1/keys", { name: column, wallet_id: founder.wallet_id, scopes: ["owner"] });
  const sql = {
    revoked_at: "UPDATE api_keys SET revoked_at = 1 WHERE id = ?",
    expires_at: "UPDATE api_keys SET expires_at = 1 WHERE id = ?",
  }[column];
  await platform.query(sql, key.id);
  const text = z.string().parse(key.key);
  ended.set(column, text);
  return text;
}
const ended = new Map<string, string>();

function withoutRequestId(answer: Answer): unknown {
  const { error } = z.object({ error: z.record(z.string(), z.unknown()).optional() }).parse(answer.body);
  const { request_id: _id, ...rest } = error ?? {};
  return rest;
}
