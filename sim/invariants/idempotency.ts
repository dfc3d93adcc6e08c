import type { AdmitAnswer, AdmitRequest } from "../../schema/wire/wallet-rpc.ts";
import type { Host } from "../world/host.ts";
import type { StoredHold } from "./books.ts";
import type { CallLog } from "./call-log.ts";
import type { Fail } from "./local.ts";

/** Keys are kept for a day; nearer to its end than this nothing is expected. */
const SURE_MS = 20 * 3_600_000;

interface Use {
  readonly request_id: string;
  /** By the object's clock, which may jump by an hour. */
  readonly at: number;
}

export type Expected =
  | { readonly kind: "free" }
  | { readonly kind: "used"; readonly request_id: string; readonly finished: boolean }
  | { readonly kind: "unknown" };

/** The same key again: the first request's answer, a refusal when the content differs, and free again after a release. */
export class IdempotencyChecks {
  private readonly calls: CallLog;
  private readonly fail: Fail;
  /** By wallet and key: the requests that were held with it. */
  private readonly uses = new Map<string, Use[]>();

  constructor(calls: CallLog, fail: Fail) {
    this.calls = calls;
    this.fail = fail;
  }

  placed(host: Host, { request_id, idempotency_key_hash, created_at }: StoredHold): void {
    if (idempotency_key_hash === null) return;
    const name = `${host.wallet_id} ${idempotency_key_hash}`;
    this.uses.set(name, [...(this.uses.get(name) ?? []), { request_id, at: created_at }]);
  }

  /** What a crash took back was never held. */
  reloaded({ wallet_id, books }: Host): void {
    for (const [name, uses] of this.uses) {
      if (!name.startsWith(`${wallet_id} `)) continue;
      this.uses.set(
        name,
        uses.filter(({ request_id }) => books.holds.has(request_id) || books.endings.has(request_id)),
      );
    }
  }

  /** What an admit meets; what it has done itself does not count. */
  expected(host: Host, { idempotency, request_id: own }: AdmitRequest): Expected {
    if (idempotency === undefined) return { kind: "unknown" };
    const uses = this.uses.get(`${host.wallet_id} ${idempotency.key_hash}`) ?? [];
    const use = uses.findLast(({ request_id }) => request_id !== own);
    if (use === undefined) return { kind: "free" };
    if (Math.abs(host.now - use.at) > SURE_MS) return { kind: "unknown" };
    const { request_id } = use;
    switch (host.books.endings.get(request_id)?.at(-1)?.kind) {
      case undefined:
        return { kind: "used", request_id, finished: false };
      case "release":
        // What has cost something is not to be repeated.
        return host.books.attemptsOf(request_id) > 0 ? { kind: "used", request_id, finished: true } : { kind: "free" };
      case "correction":
        // By a release it frees the key, by a settlement it does not: the row does not tell which.
        return { kind: "unknown" };
      default:
        return { kind: "used", request_id, finished: true };
    }
  }

  answers(host: Host, request: AdmitRequest, before: Expected, answer: AdmitAnswer): void {
    if (request.idempotency === undefined) return;
    if (JSON.stringify(before) !== JSON.stringify(this.expected(host, request))) return;
    const { key_hash, fingerprint } = request.idempotency;
    const duplicate = answer.status.startsWith("duplicate");
    if (before.kind === "free" && duplicate) {
      this.fail("I6", `${key_hash} is free at ${host.wallet_id} and was answered ${answer.status}`);
    }
    if (before.kind !== "used") return;
    const first = this.calls.of(host.wallet_id, before.request_id).admits[0]?.idempotency?.fingerprint;
    const right =
      first !== fingerprint ? "duplicate_mismatch" : before.finished ? "duplicate_finished" : "duplicate_in_flight";
    const owner = "request_id" in answer ? answer.request_id : before.request_id;
    const wrong = duplicate ? answer.status !== right || owner !== before.request_id : answer.status === "held";
    if (wrong) {
      this.fail("I6", `${key_hash} is of ${before.request_id} at ${host.wallet_id}: ${answer.status}, not ${right}`);
    }
  }
}
