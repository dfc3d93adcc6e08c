import { periodAt } from "../../../schema/kernel/period.ts";
import type { AdmitRequest, ChargeAttemptRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";

/**
 * A second opinion on what a wallet does, written for being obvious and not for speed: a list of requests and a list of
 * charges, and every figure is added up anew. Shares no code with the wallet but the calendar.
 */
export interface ModelRequest {
  id: string;
  admitted: number;
  hold: number;
  committed: number;
  created: number;
  ttl: number;
  deadline: number;
  key: string;
  idempotency: string | null;
  status: "open" | "ended" | "expired";
  charged: number;
  /** What its failed attempts cost, by their number: besides what its end was charged. */
  attempts: Map<number, number>;
}

interface ModelKey {
  fingerprint: string;
  request: string;
  finished: boolean;
  expires: number;
}

const HOUR_MS = 3_600_000;
const KEY_TTL_MS = 24 * HOUR_MS;
const SENSIBLE = 1_000;

const costOf = ({ attempts }: ModelRequest): number => [...attempts.values()].reduce((sum, cost) => sum + cost, 0);

export class Model {
  settings: WalletSettings | null = null;
  start = 0;
  end: number | null = null;
  /** What the period began with, limit changes since included. */
  opening = 0;
  charges: number[] = [];
  requests = new Map<string, ModelRequest>();
  keys = new Map<string, ModelKey>();
  revoked = new Set<string>();

  get spent(): number {
    return this.charges.reduce((sum, charge) => sum + charge, 0);
  }
  get balance(): number {
    return this.opening - this.spent;
  }
  get open(): ModelRequest[] {
    return [...this.requests.values()].filter((request) => request.status === "open");
  }
  get held(): number {
    return this.open.reduce((sum, request) => sum + request.hold, 0);
  }
  /** Infinity without a limit. */
  get free(): number {
    if (this.settings === null || this.settings.limit_nano_usd === null) return Number.POSITIVE_INFINITY;
    const limit = this.settings.limit_nano_usd;
    if (limit === 0) return 0;
    return Math.max(0, this.balance + Math.floor((limit * this.settings.overdraft_percent) / 100));
  }
  get available(): number {
    return Math.max(0, this.free - this.held);
  }

  advance(now: number): void {
    const { settings } = this;
    if (settings === null) return;
    const end = this.end;
    if (end !== null && end <= now) {
      this.expireUntil(end - 1, now);
      const calendar = (at: number) => periodAt(settings.period, settings.time_zone, settings.start_day, at);
      let next = calendar(end);
      let opening = this.begin(this.balance);
      while (next.end !== null && next.end <= now) {
        next = calendar(next.end);
        opening = this.begin(opening);
      }
      this.start = next.start;
      this.end = next.end;
      this.opening = opening;
      this.charges = [];
    }
    this.expireUntil(now, now);
  }

  private begin(rest: number): number {
    const limit = this.settings?.limit_nano_usd ?? null;
    if (limit === null) return 0;
    return this.settings?.carry_over === true ? limit + rest : limit;
  }

  private expireUntil(until: number, now: number): void {
    for (const request of this.open) {
      if (request.deadline > until) continue;
      request.status = "expired";
      request.charged = request.committed;
      this.charges.push(request.committed);
      this.finish(request, now);
    }
  }

  private finish(request: ModelRequest, now: number): void {
    const key = request.idempotency === null ? undefined : this.keys.get(request.idempotency);
    if (key === undefined || (key.finished && key.expires <= now)) return;
    key.finished = true;
    key.expires = now + KEY_TTL_MS;
  }

  configure(settings: WalletSettings, now: number): void {
    this.advance(now);
    const old = this.settings;
    if (old !== null && old.version >= settings.version) return;
    const calendar = periodAt(settings.period, settings.time_zone, settings.start_day, Math.max(now, this.start));
    if (old === null) {
      this.start = calendar.end === null ? now : calendar.start;
      this.end = calendar.end;
      this.opening = settings.limit_nano_usd ?? 0;
    } else {
      const same = (["period", "time_zone", "start_day"] as const).every((field) => old[field] === settings[field]);
      if (!same) this.end = calendar.end;
      const [before, after] = [old.limit_nano_usd, settings.limit_nano_usd];
      if (before !== after) {
        if (before === null || after === null) this.opening = after ?? 0;
        else this.opening += after - before;
      }
    }
    this.settings = settings;
  }

  /** The status that an admit must have, after it was carried out. */
  admit(request: AdmitRequest, now: number): string {
    this.advance(now);
    const { settings } = this;
    const hold: number = request.hold_nano_usd;
    if (settings === null) return "not_configured";
    if (this.revoked.has(request.context.key_id)) return "key_revoked";
    if (settings.frozen) return "frozen";
    const seen = this.requests.get(request.request_id);
    if (seen?.status === "open") return seen.admitted === hold ? "already_held" : "invalid";
    if (seen !== undefined) return "already_ended";
    const key = request.idempotency === undefined ? undefined : this.keys.get(request.idempotency.key_hash);
    if (key !== undefined && key.expires > now) {
      if (key.fingerprint !== request.idempotency?.fingerprint) return "duplicate_mismatch";
      return key.finished ? "duplicate_finished" : "duplicate_in_flight";
    }
    if (settings.maximum_per_request_nano_usd !== null && hold > settings.maximum_per_request_nano_usd) {
      return "exceeds_maximum";
    }
    if (hold > this.available && (settings.hard || settings.limit_nano_usd === 0)) {
      if (hold <= this.free) return "held_by_others";
      return this.free < SENSIBLE ? "exhausted" : "exceeds_wallet";
    }
    this.requests.set(request.request_id, {
      id: request.request_id,
      admitted: hold,
      hold,
      committed: request.committed_nano_usd,
      created: now,
      ttl: request.ttl_ms,
      deadline: now + request.ttl_ms,
      key: request.context.key_id,
      idempotency: request.idempotency?.key_hash ?? null,
      status: "open",
      charged: 0,
      attempts: new Map(),
    });
    if (request.idempotency !== undefined) {
      const { key_hash, fingerprint } = request.idempotency;
      this.keys.set(key_hash, { fingerprint, request: request.request_id, finished: false, expires: now + KEY_TTL_MS });
    }
    return "held";
  }

  extend(id: string, total: number, committed: number, now: number): string {
    this.advance(now);
    const request = this.requests.get(id);
    if (request?.status !== "open" || this.settings === null) return "unknown";
    const { settings } = this;
    const more = total - request.hold;
    if (more > 0) {
      if (settings.frozen || this.revoked.has(request.key)) return "refused";
      const maximum = settings.maximum_per_request_nano_usd;
      if (maximum !== null && total + costOf(request) > maximum) return "refused";
      if (more > this.available && (settings.hard || settings.limit_nano_usd === 0)) return "refused";
      request.hold = total;
    }
    this.renew(request, committed, now);
    return "held";
  }

  /** The status that charging an attempt must have, after it was carried out. */
  chargeAttempt({ request_id: id, attempt, cost_nano_usd: cost, next }: ChargeAttemptRequest, now: number): string {
    this.advance(now);
    if (this.settings === null) return "not_configured";
    const request = this.requests.get(id);
    const before = request?.attempts.get(attempt);
    if (before !== undefined && before !== cost) return "conflict";
    if (request === undefined) return "unknown";
    if (request.status !== "open") return "already_ended";
    const last = Math.max(0, ...request.attempts.keys());
    if (attempt < last) return before === undefined ? "invalid" : "held";
    if (before === undefined) {
      this.charges.push(cost);
      request.attempts.set(attempt, cost);
      request.hold = Math.max(0, request.hold - cost);
      request.committed = 0;
    }
    return this.extend(id, next.hold_nano_usd, next.committed_nano_usd, now);
  }

  checkpoint(id: string, committed: number, now: number): string {
    this.advance(now);
    const request = this.requests.get(id);
    if (request?.status !== "open") return "unknown";
    this.renew(request, committed, now);
    return "renewed";
  }

  private renew(request: ModelRequest, committed: number, now: number): void {
    request.committed = Math.min(request.hold, Math.max(request.committed, committed));
    request.deadline = Math.max(request.deadline, Math.min(now + request.ttl, request.created + HOUR_MS));
  }

  settle(id: string, cost: number, attempt: number, now: number): { status: string; charged: number } {
    this.advance(now);
    const known = this.requests.get(id)?.attempts.has(attempt) === true;
    return this.finishRequest(id, known ? 0 : cost, "settled", now);
  }

  release(id: string, now: number): { status: string; charged: number } {
    return this.finishRequest(id, 0, "released", now);
  }

  private finishRequest(id: string, cost: number, how: "settled" | "released", now: number) {
    this.advance(now);
    if (this.settings === null) return { status: "not_configured", charged: 0 };
    const request = this.requests.get(id);
    if (request?.status === "ended") return { status: "already_ended", charged: request.charged };
    if (request === undefined) {
      const empty = {
        admitted: 0,
        hold: 0,
        committed: 0,
        created: now,
        ttl: 0,
        deadline: 0,
        key: "",
        idempotency: null,
      };
      this.requests.set(id, { ...empty, id, status: "ended", charged: cost, attempts: new Map() });
      this.charges.push(cost);
      return { status: "unknown_hold", charged: cost };
    }
    const status = request.status === "expired" ? "corrected" : how;
    this.charges.push(cost - request.charged);
    request.charged = cost;
    request.status = "ended";
    if (request.idempotency !== null) {
      const key = this.keys.get(request.idempotency);
      if (key?.request === id) {
        if (how === "settled" || costOf(request) > 0) this.finish(request, now);
        else this.keys.delete(request.idempotency);
      }
    }
    return { status, charged: cost };
  }
}
