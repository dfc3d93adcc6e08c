import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { command } from "../support/command.ts";
import { byKey, caller, expectStatus, type Founder, make, PASSWORD, rowsOf, signUp } from "../support/console.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  folder = await mkdtemp(join(tmpdir(), "ao-audit-"));
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
});
afterAll(async () => {
  await platform.dispose();
  await rm(folder, { recursive: true, force: true });
});

const entries = async (query = "") => rowsOf(await founder.call("GET", `/v1/audit?limit=100&${query}`));
const verify = async () => (await founder.call("POST", "/v1/audit/verify")).body;

describe("the audit log", () => {
  it("has one entry for each change, with who, what, before and after; a change that was refused leaves none", async () => {
    const team = await make(founder, "/v1/teams", { name: "Before" });
    expectStatus(await founder.call("PATCH", `/v1/teams/${team.id}`, { name: "After" }), 200);
    expect((await founder.call("PATCH", `/v1/teams/${team.id}`, { name: "" })).status).toBe(400);
    expect((await founder.call("PATCH", `/v1/teams/${team.id}`, { name: "x" }, { "if-match": '"1"' })).status).toBe(
      412,
    );
    expectStatus(await founder.call("DELETE", `/v1/teams/${team.id}`), 204);
    const written = await entries(`target_id=${team.id}`);
    expect(written.map(({ action }) => action)).toEqual(["team.deleted", "team.updated", "team.created"]);
    expect(written[1]).toMatchObject({
      actor: { type: "user", name: founder.email },
      outcome: "done",
      details: { before: { name: "Before" }, after: { name: "After" } },
    });
  });

  it("has an entry for each blocked request, soon after", async () => {
    const key = await make(founder, "/v1/keys", { name: "narrow", wallet_id: founder.wallet_id, models: [] });
    const by = byKey(platform, z.string().parse(key.key));
    for (let count = 0; count < 3; count += 1) {
      const body = { model: "sandbox/echo", messages: [{ role: "user", content: "canary-prompt" }] };
      expect((await by.call("POST", "/v1/chat/completions", body)).status).toBe(403);
    }
    const blocked = () => entries(`action=request.blocked&actor_id=${key.id}`);
    await expect.poll(blocked, { timeout: 20_000 }).toHaveLength(3);
    expect((await blocked())[0]).toMatchObject({ outcome: "blocked", actor: { type: "key", name: "narrow" } });
    expect(JSON.stringify(await entries())).not.toContain("canary-prompt");
  });

  it("is one chain under fifty writers at once", async () => {
    const before = (await entries()).length;
    await Promise.all(Array.from({ length: 50 }, (_, index) => make(founder, "/v1/teams", { name: `Team ${index}` })));
    const after = await verify();
    expect(after).toMatchObject({ ok: true, problems: [] });
    expect(Number(after.entries)).toBeGreaterThanOrEqual(before + 50);
  });

  it("filters and pages", async () => {
    const seen: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await founder.call(
        "GET",
        `/v1/audit?action=team.created&limit=20${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...rowsOf(page).map(({ seq }) => seq));
      cursor = z.string().nullable().parse(page.body.next_cursor);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort((a, b) => Number(b) - Number(a)));
    expect(await entries("from=2099-01-01T00:00:00Z")).toEqual([]);
    expect((await founder.call("GET", "/v1/audit?from=yesterday")).status).toBe(400);
  });

  it("is nobody else's", async () => {
    const stranger = await signUp(platform);
    const theirs = await stranger.call("GET", `/v1/audit?actor_id=${(await entries())[0]?.actor}`);
    expect(theirs.text).not.toContain(founder.org_id);
    expect((await stranger.call("GET", "/v1/audit/export")).text).not.toContain(founder.org_id);
  });

  it.each(["json", "csv", "parquet"])(
    "is verified offline from its %s export with the public key alone; a changed copy is not",
    async (format) => {
      const head = (await founder.call("GET", "/v1/audit/head")).body;
      const public_key = z.string().parse(head.public_key);
      const answer = await fetch(`${platform.url}/v1/audit/export?format=${format}`, {
        headers: { cookie: founder.cookie },
      });
      const file = join(folder, `audit.${format}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      await writeFile(file, bytes);
      const good = await auditVerify(file, public_key);
      expect([good.ok, good.output]).toEqual([true, expect.any(String)]);
      // Somebody renames a team in the copy. In Parquet the text is compressed in pieces, so a byte of it is flipped instead.
      const changed = Buffer.from(bytes);
      const at = changed.lastIndexOf(Buffer.from("Team 4"));
      if (at !== -1) changed.write("Team X", at);
      await writeFile(file, changed);
      if (at !== -1) expect((await auditVerify(file, public_key)).ok).toBe(false);
      await writeFile(file, bytes);
      expect((await auditVerify(file, `${public_key.slice(0, -2)}AA`)).ok).toBe(false);
    },
  );

  it("shows who writes to the database behind it, and then changes nothing more", async () => {
    const victim = await signUp(platform);
    await make(victim, "/v1/teams", { name: "One" });
    await make(victim, "/v1/teams", { name: "Two" });
    await platform.query("DROP TRIGGER audit_log_no_delete");
    await platform.query("DELETE FROM audit_log WHERE org_id = ? AND seq = 3", victim.org_id);
    const report = (await victim.call("POST", "/v1/audit/verify")).body;
    expect(report).toMatchObject({ ok: false, problems: [expect.objectContaining({ kind: "missing" })] });
    await platform.stop();
    await platform.restart();
    const refused = await victim.call("POST", "/v1/teams", { name: "Three" });
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("audit_broken")]);
    expect((await victim.call("GET", "/v1/teams")).status).toBe(200);
    expect((await founder.call("POST", "/v1/teams", { name: "Others go on" })).status).toBe(201);
  });

  it("is verified every day, and its head is sent to the org's webhook, signed", async () => {
    const receiver = await startFakeUpstream();
    receiver.play({ body: "" });
    const secret = "a secret of the receiver";
    expect(
      (await founder.call("PATCH", `/v1/orgs/${founder.org_id}`, { audit_webhook_url: receiver.url })).status,
    ).toBe(400);
    expectStatus(
      await founder.call("PATCH", `/v1/orgs/${founder.org_id}`, {
        audit_webhook_url: receiver.url,
        audit_webhook_secret: secret,
      }),
      200,
    );
    await platform.runCron("* * * * *", Date.now());
    await expect.poll(() => receiver.requests.length, { timeout: 20_000 }).toBe(1);
    const [request] = receiver.requests;
    const timestamp = String(request?.headers["x-ao-timestamp"]);
    const signature = createHmac("sha256", secret).update(`${timestamp}.${request?.body}`).digest("hex");
    expect(request?.headers["x-ao-signature"]).toBe(`v1=${signature}`);
    expect(JSON.parse(request?.body ?? "")).toMatchObject({ org_id: founder.org_id, signature: expect.any(String) });
    const head = (await founder.call("GET", "/v1/audit/head")).body;
    expect(head.last_check).toMatchObject({ ok: true, anchor_error: null });
    await receiver.close();
  });
});

describe("signing in", () => {
  it("is refused for ever more wrong passwords, and says when to come back", async () => {
    const victim = await signUp(platform);
    const nobody = caller(platform, {});
    const attempt = (password: string) => nobody.call("POST", "/v1/auth/sign-in", { email: victim.email, password });
    const answers = await Promise.all(Array.from({ length: 30 }, () => attempt("not the password")));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
    const locked = await attempt(PASSWORD);
    expect([locked.status, Number(locked.headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
    // Who is signed in stays so.
    expect((await victim.call("GET", "/v1/me")).status).toBe(200);
  });
});

async function auditVerify(file: string, public_key: string) {
  const { status, output, errors } = await command("audit-verify", [file, "--key", public_key]);
  return { ok: status === 0, output: output + errors };
}
