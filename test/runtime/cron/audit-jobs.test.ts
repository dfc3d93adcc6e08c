import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hex } from "../../../schema/audit/sha256.ts";
import { auditWebhookOwner } from "../../../schema/credential/owners.ts";
import { sealCredential } from "../../../schema/credential/seal.ts";
import { fromBase64 } from "../../../schema/kernel/base64.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import type { AuditDraft, AuditReceipt, AuditVerification } from "../../../schema/wire/audit-rpc.ts";
import { appendBlocked } from "../../../workers/cron/audit/append-blocked.ts";
import { openWebhookSecret } from "../../../workers/cron/audit/open-webhook-secret.ts";
import { sendReceipt } from "../../../workers/cron/audit/send-receipt.ts";
import { type CronConfig, readConfig } from "../../../workers/cron/env.ts";
import { type AnchorSteps, anchorAudit } from "../../../workers/cron/jobs/anchor-audit.ts";
import { JOBS } from "../../../workers/cron/jobs/jobs.ts";
import { verifyAudit } from "../../../workers/cron/jobs/verify-audit.ts";
import { fresh } from "./fresh.ts";
import { catchLogLines } from "./log-lines.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 5, 12);

const addOrgs = (count: number) =>
  env.DB.batch(
    Array.from({ length: count }, (_, index) =>
      env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES (?1, 'Org', 0)").bind(org(index)),
    ),
  );

const org = (index: number) => `org_${String(index).padStart(3, "0")}`;

const draft = (id: string): AuditDraft => ({
  id,
  at: NOON,
  actor: { type: "key", id: "key_1", name: "CI" },
  action: "request.blocked",
  outcome: "blocked",
  target: null,
  request_id: null,
  ip: null,
  details: { reason: "policy" },
});

const drafts = (org_id: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ org_id, entry: draft(`aud_${index}`) }));

const auditOf = (org_id: string) => env.AUDIT.get(env.AUDIT.idFromName(org_id));

const checks = async () => (await env.DB.prepare("SELECT * FROM audit_checks ORDER BY org_id").all()).results;

const sound: AuditVerification = { status: "verified", ok: true, entries: 1, problems: [], receipt: null };

describe("blocked requests", () => {
  test("are appended to the chains of their orgs, in batches, once", async () => {
    const all = [...drafts("org_a", 250), ...drafts("org_b", 3)];
    await appendBlocked(env.AUDIT, all);
    await appendBlocked(env.AUDIT, all);
    expect(await auditOf("org_a").verify("org_a")).toMatchObject({ ok: true, entries: 250 });
    expect(await auditOf("org_b").verify("org_b")).toMatchObject({ ok: true, entries: 3 });
  });

  test("that one org's object does not take are told of, after all other orgs have theirs", async () => {
    const invalid = { org_id: "org_a", entry: { ...draft("aud_1"), at: -1 } };
    await expect(appendBlocked(env.AUDIT, [invalid, ...drafts("org_b", 2)])).rejects.toThrow("org_a: entries.0.at");
    expect(await auditOf("org_b").verify("org_b")).toMatchObject({ entries: 2 });
  });
});

describe("chains are verified once a day", () => {
  test("a page with each run, whatever triggers were missed or doubled", async () => {
    await addOrgs(45);
    const verified: string[] = [];
    const verify = async (org_id: string) => {
      verified.push(org_id);
      return sound;
    };
    const runs: unknown[] = [];
    for (const at of [NOON, NOON + MINUTE, NOON + 30 * MINUTE, NOON + 31 * MINUTE, NOON + 32 * MINUTE]) {
      runs.push((await verifyAudit(env.DB, verify, at)).orgs);
    }
    expect(runs).toEqual([20, 20, 5, 0, 0]);
    expect(verified).toEqual(Array.from({ length: 45 }, (_, index) => org(index)));
    expect((await verifyAudit(env.DB, verify, NOON + DAY / 2)).orgs).toBe(20);
  });

  test("one that cannot be verified is tried again, and keeps no other waiting", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await addOrgs(25);
    const verified = new Set<string>();
    const verify = async (org_id: string): Promise<AuditVerification> => {
      if (Number(org_id.slice(4)) < 20) return { status: "unavailable" };
      verified.add(org_id);
      return sound;
    };
    expect(await verifyAudit(env.DB, verify, NOON)).toEqual({ orgs: 20, broken: 0, failed: 20 });
    await verifyAudit(env.DB, verify, NOON + MINUTE);
    expect(verified.size).toBe(5);
    expect((await verifyAudit(env.DB, verify, NOON + 2 * MINUTE)).orgs).toBe(20);
  });

  test("by their own objects, and a broken one is an error in the log with what is wrong", async () => {
    const lines = catchLogLines();
    await addOrgs(2);
    await appendBlocked(env.AUDIT, [...drafts(org(0), 3), ...drafts(org(1), 3)]);
    await env.DB.batch([
      env.DB.prepare("DROP TRIGGER audit_log_no_update"),
      env.DB.prepare("UPDATE audit_log SET outcome = 'done' WHERE org_id = ?1 AND seq = 2").bind(org(1)),
    ]);
    await JOBS["verify-audit"]?.(env, { ...runtimeEffects(), now: () => NOON });
    expect(await checks()).toMatchObject([
      { org_id: org(0), ok: 1, entries: 3, problems: "[]", checked_at: NOON },
      { org_id: org(1), ok: 0, entries: 3, problems: expect.stringContaining('"kind":"changed","seq":2') },
    ]);
    expect(lines("audit_broken")).toEqual([
      expect.objectContaining({ level: "error", org_id: org(1), seq: 2, problem: expect.stringContaining("entry 2") }),
    ]);
  });
});

describe("the head of a chain goes to the org's webhook", () => {
  /** An org with a webhook and so many entries. */
  async function orgWithWebhook(entries: number): Promise<void> {
    await addOrgs(1);
    await env.DB.prepare(
      "UPDATE orgs SET audit_webhook_url = 'https://hooks.example/a', audit_webhook_secret = 's'",
    ).run();
    await appendBlocked(env.AUDIT, drafts(org(0), entries));
  }

  interface Sent {
    readonly receipts: AuditReceipt[];
    answer: string | null;
    now: number;
    readonly steps: AnchorSteps;
  }

  function webhook(): Sent {
    const sent: Sent = {
      receipts: [],
      answer: null,
      now: NOON,
      steps: {
        head: (org_id) => auditOf(org_id).head(org_id),
        openSecret: async () => "secret",
        send: async (_url, _secret, receipt) => {
          sent.receipts.push(receipt);
          return sent.answer;
        },
        now: () => sent.now,
      },
    };
    return sent;
  }

  test("once a day, and not without new entries", async () => {
    await orgWithWebhook(3);
    const sent = webhook();
    await anchorAudit(env.DB, sent.steps);
    expect(await checks()).toMatchObject([{ anchored_seq: 3, anchored_at: NOON, anchor_error: null, checked_at: 0 }]);
    await appendBlocked(env.AUDIT, drafts(org(0), 5));
    for (const later of [MINUTE, 10 * MINUTE, DAY - MINUTE]) {
      sent.now = NOON + later;
      await anchorAudit(env.DB, sent.steps);
    }
    expect(sent.receipts.map(({ seq }) => seq)).toEqual([3]);
    sent.now = NOON + DAY;
    await anchorAudit(env.DB, sent.steps);
    sent.now = NOON + 3 * DAY;
    await anchorAudit(env.DB, sent.steps);
    expect(sent.receipts.map(({ seq }) => seq)).toEqual([3, 5]);
    expect(sent.receipts[1]).toEqual((await auditOf(org(0)).head(org(0))).receipt);
  });

  test("again after five minutes while it fails, with the reason kept", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await orgWithWebhook(1);
    const sent = webhook();
    sent.answer = "it answered with status 500";
    for (const minute of [0, 1, 4, 5, 6]) {
      sent.now = NOON + minute * MINUTE;
      await anchorAudit(env.DB, sent.steps);
    }
    expect(sent.receipts).toHaveLength(2);
    expect(await checks()).toMatchObject([{ anchored_seq: 0, anchor_error: "it answered with status 500" }]);
    sent.answer = null;
    sent.now = NOON + 10 * MINUTE;
    await anchorAudit(env.DB, sent.steps);
    expect(await checks()).toMatchObject([{ anchored_seq: 1, anchor_error: null }]);
  });

  test("once, when the trigger comes twice at the same time, and again when a run broke off in the middle", async () => {
    await orgWithWebhook(1);
    const sent = webhook();
    await Promise.all([anchorAudit(env.DB, sent.steps), anchorAudit(env.DB, sent.steps)]);
    expect(sent.receipts).toHaveLength(1);
    await appendBlocked(env.AUDIT, drafts(org(0), 2));
    sent.now = NOON + DAY;
    void anchorAudit(env.DB, { ...sent.steps, send: () => new Promise(() => undefined) });
    await vi.waitFor(async () => expect(await checks()).toMatchObject([{ anchor_error: "not finished" }]));
    sent.now = NOON + DAY + 5 * MINUTE;
    await anchorAudit(env.DB, sent.steps);
    expect(sent.receipts.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("with a signature that its secret, sealed in D1, verifies", async () => {
    await orgWithWebhook(1);
    const sealed = await sealCredential(masterKey(), auditWebhookOwner(org(0)), { secret: "s3cret" }, runtimeEffects());
    await env.DB.prepare("UPDATE orgs SET audit_webhook_secret = ?1").bind(sealed).run();
    const calls: Request[] = [];
    const fetched: typeof fetch = async (input, init) => {
      calls.push(new Request(input, init));
      return new Response(null, { status: 204 });
    };
    await JOBS["anchor-audit"]?.(env, { ...runtimeEffects(), fetch: fetched, now: () => NOON });
    const [call] = calls;
    const body = (await call?.text()) ?? "";
    expect(call?.redirect).toBe("manual");
    expect(JSON.parse(body)).toEqual((await auditOf(org(0)).head(org(0))).receipt);
    expect(call?.headers.get("x-ao-timestamp")).toBe(String(NOON));
    expect(call?.headers.get("x-ao-signature")).toBe(`v1=${await hmac("s3cret", `${NOON}.${body}`)}`);
    expect(await checks()).toMatchObject([{ anchored_seq: 1, anchor_error: null }]);
  });

  test("not without a secret that opens, nor to an address that may not be called, nor behind a redirect", async () => {
    const { receipt } = await anchored();
    const answers = async (response: Response) => response;
    const effects = (response: Response) => ({ now: () => NOON, fetch: () => answers(response) });
    const hook = { url: "https://hooks.example/a", secret: "s", allow_private: false };
    const none = effects(new Response(null, { status: 200 }));
    const redirect = effects(new Response(null, { status: 302, headers: { location: "https://evil.example" } }));
    const down = { now: () => NOON, fetch: () => Promise.reject(new Error("connection refused")) };
    expect(await sendReceipt({ ...hook, secret: "" }, receipt, none)).toBe("there is no secret to sign with");
    expect(await sendReceipt({ ...hook, url: "https://127.0.0.1/" }, receipt, none)).toMatch(/private/);
    expect(await sendReceipt({ ...hook, url: "http://hooks.example/" }, receipt, none)).toMatch(/https/);
    expect(await sendReceipt(hook, receipt, redirect)).toBe("it answered with status 302");
    expect(await sendReceipt(hook, receipt, down)).toBe("it cannot be reached: connection refused");
    expect(await sendReceipt(hook, receipt, none)).toBeNull();
    expect(await openWebhookSecret(env.DB, config(), org(0), "v1.nonsense")).toBeNull();
  });

  async function anchored(): Promise<{ receipt: AuditReceipt }> {
    await orgWithWebhook(1);
    const { receipt } = await auditOf(org(0)).head(org(0));
    if (receipt === null) throw new Error("no head");
    return { receipt };
  }
});

const masterKey = () => fromBase64(env.AO_MASTER_KEY) ?? new Uint8Array();

function config(): CronConfig {
  const result = readConfig(env);
  if (!result.ok) throw new Error(result.problem);
  return result.config;
}

async function hmac(secret: string, text: string): Promise<string> {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes.encode(text))));
}
