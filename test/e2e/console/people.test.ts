import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  byKey,
  type Caller,
  caller,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  joinBy,
  make,
  messageOf,
  newEmail,
  PASSWORD,
  rowsOf,
  signUp,
} from "../support/console.ts";
import { eventually } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
});
afterAll(() => platform.dispose());

const memberId = async (email: string): Promise<string> => {
  const rows = rowsOf(await founder.call("GET", "/v1/members"));
  return z.string().parse(rows.find((row) => row.email === email)?.id);
};
const inviteFor = async (email: string, more: object = {}): Promise<Record<string, unknown> & { id: string }> =>
  make(founder, "/v1/invitations", { email, role: "member", ...more });

describe("an invitation", () => {
  it("is taken once, by the invited address, with the token that was shown once", async () => {
    const email = newEmail();
    const made = await inviteFor(email);
    const token = z.string().parse(made.token);
    expect((await founder.call("GET", `/v1/invitations/${made.id}`)).text).not.toContain(token);
    expect(JSON.stringify(await platform.query("SELECT * FROM invitations"))).not.toContain(token);
    const guest = await joinBy(platform, email, token);
    expect((await guest.call("GET", "/v1/me")).body).toMatchObject({ role: "member", org: { id: founder.org_id } });
    const again = await guest.call("POST", "/v1/invitations/accept", { token });
    expect(again.status).toBe(404);
  });

  it("is not taken by an account that only has the address: without the token there is nothing to take", async () => {
    const email = newEmail();
    await inviteFor(email, { role: "admin" });
    const squatter = await signUp(platform, email);
    expect((await squatter.call("GET", "/v1/me")).body).toMatchObject({ org: { id: squatter.org_id } });
    expect((await squatter.call("GET", "/v1/invitations")).text).not.toContain(founder.org_id);
    expect((await squatter.call("GET", "/v1/members", undefined, { "x-ao-org": founder.org_id })).status).toBe(403);
    expect((await squatter.call("POST", "/v1/invitations/accept", { token: "aoi_guess" })).status).toBe(404);
  });

  it("is not taken by another address, even with the token", async () => {
    const made = await inviteFor(newEmail());
    const thief = await signUp(platform);
    const answer = await thief.call("POST", "/v1/invitations/accept", { token: made.token });
    expect([answer.status, codeOf(answer)]).toEqual([403, "forbidden"]);
    const signing = await caller(platform, {}).call("POST", "/v1/auth/sign-up", {
      email: newEmail(),
      password: PASSWORD,
      name: "Thief",
      invitation_token: made.token,
    });
    expect(signing.status).toBe(403);
  });

  it("is nothing once it was revoked, has expired, or its inviter may not give that role any more", async () => {
    const revoked = await inviteFor(newEmail());
    expectStatus(await founder.call("DELETE", `/v1/invitations/${revoked.id}`), 204);
    const expired = await inviteFor(newEmail());
    await platform.query("UPDATE invitations SET expires_at = 1 WHERE id = ?", expired.id);
    const admin = await invite(platform, founder, { role: "admin" });
    const orphan = await make(admin, "/v1/invitations", { email: newEmail(), role: "admin" });
    expectStatus(await founder.call("PATCH", `/v1/members/${await memberId(admin.email)}`, { role: "viewer" }), 200);
    for (const { token, email } of [revoked, expired, orphan]) {
      const answer = await caller(platform, {}).call("POST", "/v1/auth/sign-up", {
        email,
        password: PASSWORD,
        name: "Late",
        invitation_token: token,
      });
      expect([answer.status, codeOf(answer)]).toEqual([403, "forbidden"]);
    }
  });

  it("gives no role that may do more than the inviter", async () => {
    const admin = await invite(platform, founder, { role: "admin" });
    const answer = await admin.call("POST", "/v1/invitations", { email: newEmail(), role: "owner" });
    expect([answer.status, codeOf(answer)]).toEqual([403, "forbidden"]);
  });
});

describe("members", () => {
  it("nobody makes themselves more, and no admin makes or unmakes an owner", async () => {
    const [admin, member] = [
      await invite(platform, founder, { role: "admin" }),
      await invite(platform, founder, { role: "member" }),
    ];
    const owner_id = await memberId(founder.email);
    const attempts = [
      await member.call("PATCH", `/v1/members/${await memberId(member.email)}`, { role: "admin" }),
      await admin.call("PATCH", `/v1/members/${await memberId(admin.email)}`, { role: "owner" }),
      await admin.call("PATCH", `/v1/members/${owner_id}`, { role: "viewer" }),
      await admin.call("DELETE", `/v1/members/${owner_id}`),
    ];
    for (const attempt of attempts) expect([attempt.status, codeOf(attempt)]).toEqual([403, "forbidden"]);
  });

  it("the last owner stays, also when two owners remove each other at once", async () => {
    const first = await signUp(platform);
    const alone = rowsOf(await first.call("GET", "/v1/members"))[0]?.id;
    expect((await first.call("DELETE", `/v1/members/${alone}`)).status).toBe(409);
    expect((await first.call("PATCH", `/v1/members/${alone}`, { role: "admin" })).status).toBe(409);
    const second = await invite(platform, first, { role: "owner" });
    const rows = rowsOf(await first.call("GET", "/v1/members"));
    const idOf = (email: string) => rows.find((row) => row.email === email)?.id;
    await Promise.all([
      first.call("DELETE", `/v1/members/${idOf(second.email)}`),
      second.call("DELETE", `/v1/members/${idOf(first.email)}`),
    ]);
    const owners = await platform.query("SELECT id FROM members WHERE org_id = ? AND role = 'owner'", first.org_id);
    expect(owners).toHaveLength(1);
  });

  it("who was removed is out with the next request", async () => {
    const member = await invite(platform, founder, { role: "admin" });
    expect((await member.call("GET", "/v1/keys")).status).toBe(200);
    expectStatus(await founder.call("DELETE", `/v1/members/${await memberId(member.email)}`), 204);
    const after = await member.call("GET", "/v1/keys");
    expect([after.status, messageOf(after)]).toEqual([403, expect.stringContaining("no organisation")]);
  });

  it("who belongs to several orgs says which one is meant", async () => {
    const other = await signUp(platform);
    const made = expectStatus(await other.call("POST", "/v1/orgs", { name: "Second" }), 201);
    const second = z.object({ org: z.object({ id: z.string() }) }).parse(made.body).org.id;
    const vague = await other.call("GET", "/v1/me");
    expect([vague.status, messageOf(vague)]).toEqual([400, expect.stringContaining(second)]);
    expect((await other.call("GET", "/v1/me", undefined, { "x-ao-org": second })).body).toMatchObject({
      org: { id: second },
    });
  });
});

describe("a session", () => {
  it("changes nothing when another site's page asks, and only JSON is taken", async () => {
    const name = { name: "Search" };
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `${platform.url}.evil.example` },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const answer = await founder.call("POST", "/v1/teams", name, headers);
      expect([answer.status, codeOf(answer)]).toEqual([403, "origin_denied"]);
    }
    const form = await founder.call("POST", "/v1/teams", "name=Search", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(form.status).toBe(415);
    expect((await founder.call("POST", "/v1/teams", name, { origin: platform.url })).status).toBe(201);
  });

  it("is over at once after signing out, and nobody is sent anywhere else", async () => {
    const person = await signUp(platform);
    const answer = await person.call("POST", "/v1/auth/sign-out?callbackURL=https://evil.example");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("location")).toBeNull();
    expect((await person.call("GET", "/v1/me")).status).toBe(401);
  });
});

describe("teams", () => {
  it("a name is given once, also to twenty callers at once; a team with wallets stays", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => founder.call("POST", "/v1/teams", { name: "Only one" })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    const team = await make(founder, "/v1/teams", { name: "With a wallet" });
    const wallet = await make(founder, "/v1/wallets", { name: "w", limit_usd: "1", team_id: team.id });
    expect((await founder.call("DELETE", `/v1/teams/${team.id}`)).status).toBe(409);
    expectStatus(await founder.call("PATCH", `/v1/wallets/${wallet.id}`, { team_id: null }), 200);
    expectStatus(await founder.call("DELETE", `/v1/teams/${team.id}`), 204);
  });

  it("a lead brings people into their own team, and into no other", async () => {
    const [mine, other] = [
      await make(founder, "/v1/teams", { name: "Mine" }),
      await make(founder, "/v1/teams", { name: "Other" }),
    ];
    const lead = await invite(platform, founder, { role: "member", team_id: mine.id, team_role: "lead" });
    const colleague = await invite(platform, founder, { role: "member" });
    const member_id = await memberId(colleague.email);
    expect((await lead.call("POST", "/v1/team-members", { team_id: other.id, member_id, role: "member" })).status).toBe(
      403,
    );
    const place = await make(lead, "/v1/team-members", { team_id: mine.id, member_id, role: "member" });
    expect((await lead.call("POST", "/v1/team-members", { team_id: mine.id, member_id, role: "lead" })).status).toBe(
      409,
    );
    expectStatus(await lead.call("DELETE", `/v1/team-members/${place.id}`), 204);
  });
});

describe("requests of a team", () => {
  const ask = async (key: string) => {
    const sent = { model: "sandbox/echo", messages: [{ role: "user", content: "Hello" }] };
    const { status, headers, body } = await byKey(platform, key).call("POST", "/v1/chat/completions", sent);
    return { status, body, id: headers.get("x-ao-request-id") ?? "" };
  };

  it("are seen by who is in it, with why one was refused, and by nobody of another", async () => {
    await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
    const [team, other] = [
      await make(founder, "/v1/teams", { name: "Asks" }),
      await make(founder, "/v1/teams", { name: "Watches" }),
    ];
    const [developer, outsider] = [
      await invite(platform, founder, { role: "member", team_id: team.id, team_role: "member" }),
      await invite(platform, founder, { role: "member", team_id: other.id, team_role: "lead" }),
    ];
    const nobody = await invite(platform, founder, { role: "member" });
    const keyOf = async (limit_usd: string): Promise<{ wallet_id: string; key: string }> => {
      const wallet = await make(founder, "/v1/wallets", { name: limit_usd, limit_usd, team_id: team.id });
      const made = await make(developer, "/v1/keys", { name: "Backend", wallet_id: wallet.id });
      return { wallet_id: wallet.id, key: z.string().parse(made.key) };
    };
    const [full, empty] = [await keyOf("5"), await keyOf("0")];
    const answered = await eventually(
      () => ask(full.key),
      ({ status }) => status === 200,
    );
    const refused = await ask(empty.key);
    expect(refused.status).toBe(402);
    const read = (by: Caller, path: string) => by.call("GET", path);
    for (const path of [`/v1/requests/${answered.id}`, `/v1/requests/${refused.id}/refusal`]) {
      await eventually(
        () => read(developer, path),
        ({ status }) => status === 200,
      );
      expect((await read(founder, path)).status).toBe(200);
      expect((await read(outsider, path)).status).toBe(404);
      expect((await read(nobody, path)).status).toBe(403);
    }
    const { body } = await read(developer, `/v1/requests/${refused.id}/refusal`);
    const { message, error, ...told } = z.looseObject({ message: z.string(), error: z.looseObject({}) }).parse(body);
    expect(told).toMatchObject({
      request_id: refused.id,
      code: "wallet_exhausted",
      model: "sandbox/echo",
      key_name: "Backend",
      team_id: team.id,
      count: 1,
    });
    expect(error).toMatchObject({ wallet_id: empty.wallet_id, available_usd: "0.000000000" });
    expect(refused.body).toMatchObject({ error: { ...error, message, code: "wallet_exhausted" } });
    expect((await read(developer, `/v1/requests/${answered.id}/refusal`)).status).toBe(404);
    expect(rowsOf(await read(developer, "/v1/requests")).map(({ id }) => id)).toEqual([answered.id]);
    for (const query of ["", `?team_id=${team.id}`, `?request_id=${answered.id}`]) {
      expect(rowsOf(await read(outsider, `/v1/requests${query}`))).toEqual([]);
    }
    expect((await read(outsider, "/v1/requests?format=csv")).text).not.toContain(answered.id);
  });
});
