import type { Mutant } from "../../scripts/mutants/mutant.ts";

const CORE = "workers/wallet-do/core";
const FUNDS = "workers/wallet-do/funds.ts";

/** Bugs in what wallets owe each other. */
export const TREE_MUTANTS: readonly Mutant[] = [
  {
    name: "a lease is granted again when its message is repeated",
    file: `${CORE}/lease-parent.ts`,
    find: "  if (message.seq === lane.answered_seq && lane.answer !== null) return answered(lane.answer);\n",
    replace: "",
  },
  {
    name: "a message changes when it is repeated",
    file: `${CORE}/lease-child.ts`,
    find: "  const unanswered = upstream.lanes.give.message;\n  if (unanswered !== null) return { answer: unanswered, changes: NO_CHANGES };",
    replace:
      "  const unanswered = upstream.lanes.give.message;\n  if (unanswered !== null) {\n    const consumed_nano_usd = nanoUsd(unanswered.consumed_nano_usd + upstream.unreported_nano_usd);\n" +
      "    return { answer: { ...unanswered, consumed_nano_usd }, changes: NO_CHANGES };\n  }",
  },
  {
    name: "what is given back is also kept",
    file: `${CORE}/lease-child.ts`,
    find: "leased_nano_usd: subtractUsd(upstream.leased_nano_usd, returned),",
    replace: "leased_nano_usd: upstream.leased_nano_usd,",
  },
  {
    name: "what was told stays to be told",
    file: `${CORE}/lease-child.ts`,
    find: "    unreported_nano_usd: ZERO_USD,\n    unreported_since: null,\n    lanes: { ...upstream.lanes, [lane]",
    replace: "    lanes: { ...upstream.lanes, [lane]",
  },
  {
    name: "an answer is taken twice",
    file: `${CORE}/lease-child.ts`,
    find: "if (upstream === null || lane?.message?.seq !== message.seq) return NO_CHANGES;",
    replace: "if (upstream === null) return NO_CHANGES;",
  },
  {
    name: "what is told is counted each time",
    file: `${CORE}/lease-parent.ts`,
    find: '  if (message.seq === lane.told_seq) return { answer: { status: "told" }, changes: NO_CHANGES };',
    replace: "  if (message.seq === lane.told_seq) return takeNote(state, settings, child, message, now);",
  },
  {
    name: "a recall takes what is held",
    file: `${CORE}/lease-child.ts`,
    find: "maxUsd(ZERO_USD, idleLease(state) ?? ZERO_USD)",
    replace: "maxUsd(ZERO_USD, state.upstream?.leased_nano_usd ?? ZERO_USD)",
  },
  {
    name: "what is told does not lower the lease",
    file: `${CORE}/lease-parent.ts`,
    find: "nanoUsd(child.leased_nano_usd - consumed - returned)",
    replace: "nanoUsd(child.leased_nano_usd - returned)",
  },
  {
    name: "the wallet above does not post what was spent below",
    file: `${CORE}/lease-parent.ts`,
    find: "  if (consumed !== 0) {",
    replace: "  if (consumed === MAX_NANO_USD) {",
  },
  {
    name: "a grant does not look at holds",
    file: FUNDS,
    find: "isCovered(gapOf(state, settings, wantedBy(state, message)))",
    replace: "isCovered(gapOf({ ...state, held_nano_usd: 0 }, settings, wantedBy(state, message)))",
  },
  {
    name: "a grant does not look at the wallet above",
    file: `${CORE}/refuse-money.ts`,
    find: "lease_nano_usd: idle === null ? ZERO_USD : nanoUsd(Math.max(0, wanted - idle)),",
    replace: "lease_nano_usd: ZERO_USD,",
  },
  {
    name: "a refusal comes without calling others back",
    file: FUNDS,
    find: "      if (!called_back) {",
    replace: "      if (round < 0) {",
  },
  {
    name: "a refusal comes without asking again after others were called back",
    file: FUNDS,
    find: "        if (gave || this.idle() > idle) from_above = null;\n",
    replace: "",
  },
  {
    name: "freezing does not call leases back",
    file: "workers/wallet-do/wallet.ts",
    find: "    if (isUsedUp(this.current(), this.effects.now())) await",
    replace: "    if (this.alarm_failures < 0) await",
  },
  {
    name: "what comes free below a frozen wallet is spent again",
    file: FUNDS,
    find: "(await this.callBackAll(() => false, null, true))",
    replace: "(await this.callBackAll(() => false, null))",
  },
  {
    name: "freezing calls back only what the wallet knows to be leased",
    file: FUNDS,
    find: "answer: stop ? [...state.children.values()] : recallable(state, except),",
    replace: "answer: recallable(state, except),",
  },
  {
    name: "the debt of one wallet below makes room for another",
    file: `${CORE}/state.ts`,
    find: "maxUsd(ZERO_USD, child?.leased_nano_usd ?? ZERO_USD)",
    replace: "child?.leased_nano_usd ?? ZERO_USD",
  },
  {
    name: "nothing to tell stays due",
    file: `${CORE}/change.ts`,
    find: "unreported_since: unreported_nano_usd === 0 ? null : (upstream.unreported_since ?? posting.at),",
    replace: "unreported_since: upstream.unreported_since ?? posting.at,",
  },
  {
    name: "a message is sent before it is stored",
    file: FUNDS,
    find: "    await this.host.committed();\n    const answer = await this.host.sendUp(parent_id, message);",
    replace: "    const answer = await this.host.sendUp(parent_id, message);",
  },
  {
    name: "an answer to a wallet below does not wait for the disk",
    file: FUNDS,
    find: "    return this.host.committed().then(() => answer);",
    replace: "    return Promise.resolve(answer);",
  },
  {
    name: "the commit of an answer is looked for too late",
    file: FUNDS,
    find: "    return this.host.committed().then(() => answer);",
    replace: "    return Promise.resolve().then(() => this.host.committed()).then(() => answer);",
  },
  {
    name: "a stopped lease is kept from the wallet above",
    file: `${CORE}/lease-child.ts`,
    find: "upstream.stopped_seq === null ? ZERO_USD : returnable(state),",
    replace: "ZERO_USD,",
  },
  {
    name: "the late repeat of a message is a failure",
    file: FUNDS,
    find: '    if (answer.status === "invalid" && this.isAnswered(message)) return null;\n',
    replace: "",
  },
  {
    name: "an extension by no amount throws",
    file: "workers/wallet-do/wallet.ts",
    find: "isAmount(request.hold_nano_usd) ? request.hold_nano_usd : ZERO_USD;",
    replace: "subtractUsd(request.hold_nano_usd, ZERO_USD);",
  },
  {
    name: "what is called back for one is leased to another",
    file: FUNDS,
    find: "this.calling_back > 0 ?",
    replace: "this.calling_back < 0 ?",
  },
  {
    name: "a refusal comes while money is on its way to the wallet above",
    file: FUNDS,
    find: "const gave = await this.finishGiving();",
    replace: "const gave = false;",
  },
];
