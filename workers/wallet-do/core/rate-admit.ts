import { LIMITS } from "../../../schema/kernel/limits.ts";
import {
  isRateLimited,
  type KeyLimits,
  NO_STANDING,
  type RateKind,
  type RateLimits,
  type RateRefusal,
  type RateStanding,
  type TokenWants,
  tightest,
} from "../../../schema/wire/rate-limits.ts";
import type { AdmitRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { Change } from "./change.ts";
import { keyScope, type RateMark, type Standing, standingOf, tokensDebt, WALLET_SCOPE } from "./rate-book.ts";
import { isRewound, PARTS, quotaOf, reservation, waitFor } from "./rate-bucket.ts";
import type { State } from "./state.ts";

/** One limit holder that a request must pass here. */
interface Scope {
  readonly name: string;
  readonly type: "key" | "wallet";
  readonly id: string;
  readonly limits: RateLimits;
  /** Requests of it that are open. */
  readonly open: number;
}

/** What is under way: let by this wallet, and not yet by those above. It counts as if it were admitted. */
export interface UnderWay {
  requests(scope: string): number;
  tokens(scope: string): number;
}

/** What an admit knows of other wallets. */
export interface Ticket {
  readonly under_way: UnderWay;
  /** The wallet above that has let it, and will be told of its end. */
  readonly above: string | null;
}

const NOTHING_UNDER_WAY: UnderWay = { requests: () => 0, tokens: () => 0 };
/** A wallet whose rates nobody above limits. */
export const ALONE: Ticket = { under_way: NOTHING_UNDER_WAY, above: null };

const NO_TOKENS: TokenWants = { tokens_least: 0, tokens_estimate: 0 };
/** A running request may end at any moment: nobody knows when. */
const CONCURRENT_RETRY_MS = 1_000;

export type RateVerdict =
  /** The changes take nothing: they note that the clock has gone back. */
  | { readonly refusal: RateRefusal; readonly changes: readonly Change[] }
  /** Take these together with the hold. The mark is null when nothing limits the request. */
  | { readonly refusal: null; readonly mark: RateMark | null; readonly changes: readonly Change[] };

/** Whether the limits of key and wallet let a request, and what it takes of them. Refused by one, it takes of none. */
export function judgeAdmit(
  state: State,
  settings: WalletSettings,
  request: AdmitRequest,
  now: number,
  ticket: Ticket,
): RateVerdict {
  return judge(state, scopesOfAdmit(state, settings, request), request.tokens ?? NO_TOKENS, now, ticket);
}

/** The same for a request of a wallet below: the limits of this wallet alone. */
export function judgePass(
  state: State,
  settings: WalletSettings,
  wants: TokenWants,
  now: number,
  ticket: Ticket,
): RateVerdict {
  const scopes = [walletScopeOf(state, settings)].filter(({ limits }) => isRateLimited(limits));
  if (state.rates.passes.size >= LIMITS.open_holds) {
    const full: Scope = { ...walletScopeOf(state, settings), open: state.rates.passes.size };
    return { refusal: refusal(full, "concurrent", LIMITS.open_holds, 1, CONCURRENT_RETRY_MS), changes: [] };
  }
  return judge(state, scopes, wants, now, ticket);
}

/** What is left of the limits of key and wallet. */
export const standingOfAdmit = (state: State, request: AdmitRequest, now: number): RateStanding =>
  state.settings === null ? NO_STANDING : quotas(state, scopesOfAdmit(state, state.settings, request), now);

/** What is left of the limits of this wallet alone. */
export const standingOfWallet = (state: State, now: number): RateStanding =>
  state.settings === null ? NO_STANDING : quotas(state, [walletScopeOf(state, state.settings)], now);

function scopesOfAdmit(state: State, settings: WalletSettings, request: AdmitRequest): readonly Scope[] {
  const { key_id } = request.context;
  const limits = newestLimits(state.rates.key_limits.get(key_id), request.key_limits);
  const key: Scope | null =
    limits === null
      ? null
      : { name: keyScope(key_id), type: "key", id: key_id, limits, open: state.rates.open_by_key.get(key_id) ?? 0 };
  const scopes = key === null ? [walletScopeOf(state, settings)] : [key, walletScopeOf(state, settings)];
  return scopes.filter((scope) => isRateLimited(scope.limits));
}

const walletScopeOf = (state: State, settings: WalletSettings): Scope => ({
  name: WALLET_SCOPE,
  type: "wallet",
  id: settings.wallet_id,
  limits: settings.rate_limits,
  open: state.holds.size + state.rates.passes.size,
});

/** Callers know the limits of a key from some seconds ago; what the wallet was told may be newer, or older. */
function newestLimits(told: KeyLimits | undefined, sent: KeyLimits | undefined): KeyLimits | null {
  if (told === undefined || sent === undefined) return told ?? sent ?? null;
  return told.version > sent.version ? told : sent;
}

function judge(
  state: State,
  scopes: readonly Scope[],
  wants: TokenWants,
  now: number,
  { under_way, above }: Ticket,
): RateVerdict {
  const tokens: Record<string, number> = {};
  const changes: Change[] = [];
  const rewound: Change[] = [];
  for (const scope of scopes) {
    const stored = state.rates.scopes.get(scope.name)?.bucket ?? null;
    const standing = standingOf(state.rates, scope.name, scope.limits, now);
    const refused = refusalOf(scope, standing, wants, now, under_way);
    if (stored !== null && isRewound(stored, now)) rewound.push({ kind: "bucket", bucket: standing.bucket });
    if (refused !== null) return { refusal: refused, changes: rewound };
    const { requests_per_minute, tokens_per_minute } = scope.limits;
    tokens[scope.name] = tokens_per_minute === null ? 0 : reservation(tokens_per_minute, wants);
    if (requests_per_minute === null && tokens_per_minute === null) continue;
    const { bucket } = standing;
    const requests_debt_parts = requests_per_minute === null ? 0 : bucket.requests_debt_parts + PARTS;
    changes.push({ kind: "bucket", bucket: { ...bucket, requests_debt_parts } });
  }
  const limited = scopes.length > 0 || above !== null;
  const mark = limited ? { seq: state.rates.seq + 1, at: now, tokens, above } : null;
  return { refusal: null, mark, changes };
}

/** Which limit of a scope is in the way, or null. */
function refusalOf(
  scope: Scope,
  standing: Standing,
  wants: TokenWants,
  now: number,
  under_way: UnderWay,
): RateRefusal | null {
  const { requests_per_minute: requests, tokens_per_minute: tokens, concurrent_requests: concurrent } = scope.limits;
  const others = under_way.requests(scope.name);
  // A clock that went back a little is waited for first.
  const behind_ms = Math.max(0, standing.bucket.at - now);
  const after = (wait_ms: number | null): number | null => (wait_ms === null ? null : wait_ms + behind_ms);
  if (requests !== null) {
    const wait_ms = waitFor(requests, standing.bucket.requests_debt_parts + others * PARTS, 1);
    if (wait_ms !== 0) return refusal(scope, "requests", requests, 1, after(wait_ms));
  }
  if (tokens !== null) {
    const count = reservation(tokens, wants);
    const debt_parts = tokensDebt(standing) + under_way.tokens(scope.name) * PARTS;
    const wait_ms = waitFor(tokens, debt_parts, count);
    if (wait_ms !== 0) return refusal(scope, "tokens", tokens, count, after(wait_ms));
  }
  if (concurrent !== null && scope.open + others >= concurrent) {
    return refusal(scope, "concurrent", concurrent, 1, concurrent === 0 ? null : CONCURRENT_RETRY_MS);
  }
  return null;
}

const refusal = (
  { type, id }: Scope,
  limit: RateKind,
  allowed: number,
  requested: number,
  retry_after_ms: number | null,
): RateRefusal => ({ status: "rate_limited", scope: { type, id }, limit, allowed, requested, retry_after_ms });

function quotas(state: State, scopes: readonly Scope[], now: number): RateStanding {
  return scopes.reduce<RateStanding>((least, { name, limits }) => {
    const standing = standingOf(state.rates, name, limits, now);
    const { requests_per_minute: requests, tokens_per_minute: tokens } = limits;
    return tightest(least, {
      requests: requests === null ? null : quotaOf(requests, standing.bucket.requests_debt_parts),
      tokens: tokens === null ? null : quotaOf(tokens, tokensDebt(standing)),
    });
  }, NO_STANDING);
}
