import type { Mutant } from "../../scripts/mutants/mutant.ts";

const CORE = "workers/wallet-do/core";

/** Bugs in what one wallet decides. */
export const MONEY_MUTANTS: readonly Mutant[] = [
  {
    name: "something is awaited between check and hold",
    file: "workers/wallet-do/wallet.ts",
    find: "    this.take(changes);\n    return answer;",
    replace:
      '    if (changes.some(({ kind }) => kind === "hold")) void this.effects.wait(3).then(() => this.take(changes));\n' +
      "    else this.take(changes);\n    return answer;",
  },
  {
    name: "a settlement is not idempotent",
    file: `${CORE}/settle.ts`,
    find: 'if (ended !== null && !ended.expired) return unchanged(state, "already_ended", ended.charged_nano_usd);\n  const { record',
    replace:
      'if (ended !== null && request.cost_nano_usd < 0) return unchanged(state, "already_ended", ended.charged_nano_usd);\n  const { record',
  },
  {
    name: "a late settlement is not corrected",
    file: `${CORE}/settle.ts`,
    find: 'if (ended !== null && !ended.expired) return unchanged(state, "already_ended", ended.charged_nano_usd);\n  const { record',
    replace: 'if (ended !== null) return unchanged(state, "already_ended", ended.charged_nano_usd);\n  const { record',
  },
  {
    name: "a correction forgets what expiry charged",
    file: `${CORE}/settle.ts`,
    find: "const difference = subtractUsd(cost, ended.charged_nano_usd);",
    replace: "const difference = cost;",
  },
  {
    name: "an overage is clipped",
    file: `${CORE}/settle.ts`,
    find: "  if (over === 0) return;",
    replace: "  if (over >= 0) return;",
  },
  {
    name: "a release does not free the idempotency key",
    file: `${CORE}/settle.ts`,
    find: '  else books.add({ kind: "idempotency_freed", key_hash: entry.key_hash });',
    replace: "",
  },
  {
    name: "an idempotency key is not kept",
    file: `${CORE}/admit.ts`,
    find: '    changes.push({ kind: "idempotency", entry });',
    replace: "",
  },
  {
    name: "another body with the same idempotency key passes for the same",
    file: `${CORE}/admit.ts`,
    find: 'if (entry.fingerprint !== request.idempotency.fingerprint) return { status: "duplicate_mismatch" };',
    replace: "",
  },
  {
    name: "a revoked key is admitted",
    file: `${CORE}/admit.ts`,
    find: 'if (state.revoked_keys.has(request.context.key_id)) return refuse({ status: "key_revoked" });',
    replace: "",
  },
  {
    name: "an ended request can be admitted again",
    file: `${CORE}/admit.ts`,
    find: 'return reader.ended(request.request_id) === null ? null : { status: "already_ended" };',
    replace: "return null;",
  },
  {
    name: "an expiry refunds what was dispatched",
    file: `${CORE}/overdue.ts`,
    find: 'books.post("expire", taken(hold.committed_nano_usd)',
    replace: 'books.post("expire", taken(nanoUsd(0))',
  },
  {
    name: "an expiry charges the whole hold",
    file: `${CORE}/overdue.ts`,
    find: 'books.post("expire", taken(hold.committed_nano_usd)',
    replace: 'books.post("expire", taken(hold.hold_nano_usd)',
  },
  {
    name: "expiry logs another price",
    file: `${CORE}/overdue.ts`,
    find: "  price_id: hold.price_id,",
    replace: '  price_id: "price_now",',
  },
  {
    name: "a hold expires too early",
    file: `${CORE}/overdue.ts`,
    find: "    if (hold.deadline > until) continue;",
    replace: "    if (hold.deadline > until + 5_000) continue;",
  },
  {
    name: "a period turns twice",
    file: `${CORE}/overdue.ts`,
    find: "  books.openPeriod(next.start, next.end);",
    replace:
      '  books.openPeriod(next.start, next.end);\n  books.post("reset", amount, `period:${new Date(next.start).toISOString()}`, (balance_nano_usd) => ({\n' +
      '    type: "wallet.posted",\n    kind: "reset",\n    amount_nano_usd: amount,\n    balance_nano_usd,\n  }));',
  },
  {
    name: "a threshold fires twice",
    file: `${CORE}/draft.ts`,
    find: "if (period.fired_percents.includes(percent)) continue;",
    replace: "",
  },
  {
    name: "NaN passes for an amount",
    file: `${CORE}/validate.ts`,
    find: "  Number.isSafeInteger(value) && value >= least && value <= most;",
    replace: "  !(value < least || value > most);",
  },
  {
    name: "a negative amount is accepted",
    file: `${CORE}/validate.ts`,
    find: "isInteger(value, 0, MAX_NANO_USD);",
    replace: "isInteger(value, -MAX_NANO_USD, MAX_NANO_USD);",
  },
  {
    name: "money is a float",
    file: "schema/kernel/money.ts",
    find: "export const subtractUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(a - b);",
    replace: "export const subtractUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd((a / 1e9 - b / 1e9) * 1e9);",
  },
  {
    name: "money is a float that is rounded",
    file: "schema/kernel/money.ts",
    find: "export const addUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(a + b);",
    replace: "export const addUsd = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(Math.round(Math.fround(a) + b));",
  },
  {
    name: "what fits exactly is refused",
    file: `${CORE}/refuse-money.ts`,
    find: "own_nano_usd: ownFits ? ZERO_USD : nanoUsd(wanted - own),",
    replace: "own_nano_usd: ownFits && wanted !== own ? ZERO_USD : nanoUsd(Math.max(1, wanted - own)),",
  },
  {
    name: "one nano-dollar too much fits",
    file: `${CORE}/allowance.ts`,
    find: "if (now === null || more <= now) return true;",
    replace: "if (now === null || more <= now + 1) return true;",
  },
  {
    name: "a limit of 0 means no limit",
    file: `${CORE}/allowance.ts`,
    find: "if (settings.limit_nano_usd === null) return null;\n  // A limit",
    replace: "if (!settings.limit_nano_usd) return null;\n  // A limit",
  },
  {
    name: "holds do not count",
    file: `${CORE}/allowance.ts`,
    find: "  addUsd(state.held_nano_usd, state.leased_out_nano_usd);",
    replace: "  state.leased_out_nano_usd;",
  },
  {
    name: "an extension does not look at the money",
    file: `${CORE}/renew.ts`,
    find: "    if (!isCovered(gap)) {",
    replace: "    if (false) {",
  },
  {
    name: "the committed mark goes back",
    file: `${CORE}/renew.ts`,
    find: "minUsd(hold_nano_usd, maxUsd(open.committed_nano_usd, committed))",
    replace: "minUsd(hold_nano_usd, committed)",
  },
  {
    name: "a renewed hold lives for ever",
    file: `${CORE}/renew.ts`,
    find: "Math.max(open.deadline, Math.min(latest, now + open.ttl_ms))",
    replace: "Math.max(open.deadline, now + open.ttl_ms + latest - latest + LIMITS.hold_lifetime_ms)",
  },
];
