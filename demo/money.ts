import type { WalletSlug } from "./cast.ts";

/** Money that was asked for in the story. */
export interface MoneyMove {
  readonly slug: string;
  readonly kind: "transfer" | "adjustment" | "top_up";
  readonly status: "done" | "rejected" | "pending";
  /** Null for what comes from nowhere. */
  readonly from: WalletSlug | null;
  readonly to: WalletSlug;
  readonly usd: number;
  /** When it was carried out, decided or asked for: the last of them. */
  readonly hours_ago: number;
  readonly reason: string;
  readonly by: string;
  readonly decided_by: string | null;
  readonly decision: string | null;
}

export const MONEY: readonly MoneyMove[] = [
  {
    slug: "kick-off",
    kind: "transfer",
    status: "done",
    from: "evaluations",
    to: "launch",
    usd: 6,
    hours_ago: 330,
    reason: "The launch text needs a second round",
    by: "chloe.martin",
    decided_by: "noor.haddad",
    decision: null,
  },
  {
    slug: "eval-suite",
    kind: "top_up",
    status: "done",
    from: null,
    to: "evaluations",
    usd: 10,
    hours_ago: 210,
    reason: "Evaluation of the new models",
    by: "noor.haddad",
    decided_by: "amara.osei",
    decision: null,
  },
  {
    slug: "double-charge",
    kind: "adjustment",
    status: "done",
    from: null,
    to: "launch",
    usd: 2,
    hours_ago: 120,
    reason: "A batch was sent twice by mistake of ours",
    by: "amara.osei",
    decided_by: null,
    decision: null,
  },
  {
    slug: "legacy-again",
    kind: "top_up",
    status: "rejected",
    from: null,
    to: "legacy",
    usd: 120,
    hours_ago: 100,
    reason: "The old chatbot has to run until spring",
    by: "tomas.novak",
    decided_by: "amara.osei",
    decision: "It is being replaced. Use the support assistant.",
  },
  {
    slug: "launch-week",
    kind: "transfer",
    status: "pending",
    from: "evaluations",
    to: "launch",
    usd: 15,
    hours_ago: 19,
    reason: "Launch week: we run out tomorrow",
    by: "chloe.martin",
    decided_by: null,
    decision: null,
  },
  {
    slug: "hack-finals",
    kind: "top_up",
    status: "pending",
    from: null,
    to: "hackathon",
    usd: 20,
    hours_ago: 5,
    reason: "Finals on Friday, with twice as many teams",
    by: "sam.okafor",
    decided_by: null,
    decision: null,
  },
];
