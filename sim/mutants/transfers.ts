import type { Mutant } from "../../scripts/mutants/mutant.ts";

const WALLET = "workers/wallet-do";
const CORE = `${WALLET}/core`;

/** Bugs in how money is added and moved, and in what has ended. */
export const TRANSFER_MUTANTS: readonly Mutant[] = [
  {
    name: "a transfer is credited twice",
    file: `${CORE}/transfer.ts`,
    find: '    return unchanged(same ? known.answer : { status: "mismatch" });\n  }\n  if (reader.moved(ref) !== null) return unchanged({ status: "mismatch" });',
    replace: '    if (!same) return unchanged({ status: "mismatch" });\n  }',
  },
  {
    name: "a transfer is taken off twice",
    file: `${CORE}/transfer.ts`,
    find: '  books.add({ kind: "transfer", transfer: endOut(open, answer) });\n  books.alert();',
    replace: '  books.add({ kind: "transfer", transfer: endOut(open, null) });\n  books.alert();',
  },
  {
    name: "a transfer's money is not reserved",
    file: `${CORE}/allowance.ts`,
    find: "addUsd(toBeSpent(state), state.transferring_nano_usd);",
    replace: "toBeSpent(state);",
  },
  {
    name: "a transfer is sent before it is stored",
    file: `${WALLET}/transfers.ts`,
    find: "    const reserved = await this.host",
    replace:
      "    const early = this.host.decide((state, now) => decideTransferOut(state, request, now, this.host.reader));\n" +
      '    if (early.status === "reserved") {\n' +
      "      const open = this.host.decide((state) => ({ answer: requestOf(state, request.transfer_id), changes: NO_CHANGES }));\n" +
      "      if (open !== null) void this.host.sendTo(open.to_wallet_id, open.request).catch(() => null);\n" +
      "    }\n    const reserved = await this.host",
  },
  {
    name: "a transfer in is forgotten by an eviction",
    file: `${WALLET}/storage/persist.ts`,
    find: "      writeTransfer(sql, change.transfer);",
    replace: '      if (change.transfer.direction === "out") writeTransfer(sql, change.transfer);',
  },
  {
    name: "a transfer takes what is held",
    file: `${CORE}/allowance.ts`,
    find: "state.balance_nano_usd - promised(state)));\n}\n\n/** Whether the wallet's",
    replace: "state.balance_nano_usd - state.leased_out_nano_usd));\n}\n\n/** Whether the wallet's",
  },
  {
    name: "a transfer is refused without calling others back",
    file: `${CORE}/transfer.ts`,
    find: '    if (state.leased_out_nano_usd > 0) return { answer: { status: "short" }, changes: NO_CHANGES };\n    return remember',
    replace: "    return remember",
  },
  {
    name: "what the other wallet refuses is taken off all the same",
    file: `${CORE}/transfer.ts`,
    find: 'if (received.status !== "received") {',
    replace: 'if (received.status === "invalid") {',
  },
  {
    name: "a refused transfer can still come",
    file: `${CORE}/transfer.ts`,
    find: '    return { answer, changes: [{ kind: "transfer", transfer: keep(answer) }] };',
    replace: "    return { answer, changes: NO_CHANGES };",
  },
  {
    name: "another amount with the same id passes for the same transfer",
    file: `${CORE}/transfer.ts`,
    find: "    known.other_wallet_id === request.to_wallet_id &&\n    known.amount_nano_usd === request.amount_nano_usd;",
    replace: "    known.other_wallet_id === request.to_wallet_id;",
  },
  {
    name: "a transfer that was left unanswered stays open",
    file: `${WALLET}/wallet.ts`,
    find: "      await this.transfers.finishAll();\n",
    replace: "",
  },
  {
    name: "a top-up is posted each time",
    file: `${CORE}/post.ts`,
    find: '    return refuse({ status: "posted", seq: before.seq, balance_nano_usd: before.balance_nano_usd });\n',
    replace: "",
  },
  {
    name: "an ended wallet still admits",
    file: `${CORE}/allowance.ts`,
    find: "ends_at !== null && ends_at <= now;",
    replace: "ends_at !== null && ends_at <= now && now < ends_at + 60_000;",
  },
  {
    name: "what an ended wallet has left stays with it",
    file: `${WALLET}/wallet.ts`,
    find: "    if (settings.ends_at > now) return settings.ends_at;\n    if ((idleLease(this.current()) ?? 0) > 0) return now;\n    return leased_out_nano_usd > 0 ? now + DRAIN_NET_MS : Number.POSITIVE_INFINITY;",
    replace: "    return Number.POSITIVE_INFINITY;",
  },
  {
    name: "what runs in an ended wallet is extended",
    file: `${CORE}/renew.ts`,
    find: "if (settings.frozen || isEnded(settings, now) || state",
    replace: "if (settings.frozen || state",
  },
];
