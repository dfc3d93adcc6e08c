import type { Mutant } from "../../scripts/mutants/mutant.ts";

const CORE = "workers/wallet-do/core";

/** Bugs in rate limits. */
export const RATE_MUTANTS: readonly Mutant[] = [
  {
    name: "one request more than the limit runs at a time",
    file: `${CORE}/rate-admit.ts`,
    find: "scope.open + others >= concurrent",
    replace: "scope.open + others > concurrent",
  },
  {
    name: "requests that are being asked for above do not count",
    file: `${CORE}/rate-admit.ts`,
    find: "  const others = under_way.requests(scope.name);",
    replace: "  const others = 0 * under_way.requests(scope.name);",
  },
  {
    name: "requests that wallets below were let do not count as open",
    file: `${CORE}/rate-admit.ts`,
    find: "  open: state.holds.size + state.rates.passes.size,",
    replace: "  open: state.holds.size,",
  },
  {
    name: "a request that was let leaves no debt",
    file: `${CORE}/rate-admit.ts`,
    find: "bucket.requests_debt_parts + PARTS;",
    replace: "bucket.requests_debt_parts;",
  },
  {
    name: "a limit is refilled twice as fast",
    file: `${CORE}/rate-bucket.ts`,
    find: "  return Math.max(0, debt_parts - elapsed_ms * per_minute);",
    replace: "  return Math.max(0, debt_parts - 2 * elapsed_ms * per_minute);",
  },
  {
    name: "wallets below hear of no limit",
    file: `${CORE}/rate-pass.ts`,
    find: "  isRateLimited(settings.rate_limits) ? settings.wallet_id : (state.rates.tree.above?.nearest ?? null);",
    replace: "  isRateLimited(settings.rate_limits) ? null : (state.rates.tree.above?.nearest ?? null);",
  },
];
