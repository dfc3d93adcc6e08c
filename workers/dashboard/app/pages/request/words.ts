import { ERRORS } from "../../../../../schema/kernel/errors.ts";
import type { AnswerOf } from "../../api/types.ts";
import { hrefTo } from "../../lib/paths.ts";
import type { LoggedRequest } from "./timeline.ts";

/** What became of a request, what can be done, and where. */
export interface Verdict {
  readonly tone: "info" | "warn" | "bad";
  readonly text: string;
  readonly advice: string | null;
  readonly links: readonly Way[];
}

/** Where something can be done, and the permission without which it cannot. */
interface Way {
  readonly text: string;
  readonly to: string;
  readonly permission: string;
}

/** Why a request was refused, as the API tells it. */
export type Refusal = AnswerOf<"/v1/requests/{id}/refusal", "get">;

type Ended = Pick<LoggedRequest, "outcome" | "error_code" | "status" | "wallet_id" | "key_id" | "provider" | "routing">;

const known = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

/** In words what went wrong and what to do; null where the answer was delivered whole. */
export function verdictOf(request: Ended): Verdict | null {
  const { outcome, error_code, status } = request;
  if (outcome === "completed") return null;
  const where = placesFor(request);
  switch (outcome) {
    case "cut":
      return {
        tone: "warn",
        text: "The answer was cut where the wallet covered no more. The caller has what was sent, and paid for that alone.",
        advice: "Give the wallet a higher limit, or ask for fewer tokens with max_tokens.",
        links: where.wallet,
      };
    case "cancelled":
      return {
        tone: "info",
        text: "The caller left before the end: the connection was closed. What the provider had made until then is charged.",
        advice: "If that was no user's doing, look whether the app's own time-out is shorter than answers take.",
        links: [],
      };
    case "expired":
      return {
        tone: "bad",
        text: "The gateway did not report how it ended, so the hold's deadline ended it. What counted as spent by then is charged.",
        advice: "It may be sent again. The request's ID is in the platform's log.",
        links: [],
      };
    default: {
      const text = error_code !== null && known(error_code) ? ERRORS[error_code].public_text : fallbackText(status);
      return {
        tone: "bad",
        text,
        advice: error_code === null ? null : adviceOf(error_code),
        links: linksOf(error_code, where),
      };
    }
  }
}

const fallbackText = (status: number): string =>
  status === 0 ? "It ended without an answer." : `The provider refused the request, and the caller saw a ${status}.`;

/** Who can mend it, and whether it may be tried again. */
function adviceOf(code: string): string | null {
  if (!known(code)) return "The code is the provider's own: its documentation says more.";
  const { owner, retry } = ERRORS[code];
  const who = {
    caller: "Whoever sends the request can mend it.",
    admin: "An admin of the organisation can mend it.",
    provider: "It is the provider's failure.",
    us: "It is the platform's failure.",
  }[owner];
  const again = {
    never: "Sent again as it is, it fails again.",
    after: "It may be sent again after a while.",
    now: "It may be sent again at once; a fallback rule does so by itself.",
  }[retry];
  return `${who} ${again}`;
}

/** What can be done about a wallet that has too little. */
const walletWays = (id: string): readonly Way[] => [
  { text: "See the wallet", to: hrefTo(["wallets", id]), permission: "wallets:read" },
  { text: "Top it up", to: hrefTo(["wallets", id], { do: "top-ups" }), permission: "money:post" },
  { text: "Ask for more", to: hrefTo(["wallets", id], { do: "transfer" }), permission: "money:request" },
];

const keyWay = (id: string): Way => ({ text: "See the key", to: hrefTo(["keys", id]), permission: "keys:read" });
const ruleWay = (to: string, text: string): Way => ({ text, to, permission: "routing:read" });

const placesFor = ({ wallet_id, key_id, provider, routing }: Ended) => ({
  wallet: walletWays(wallet_id),
  key: [keyWay(key_id)],
  provider: [
    { text: "See the provider's health", to: hrefTo(["providers", provider]), permission: "providers:read" },
    { text: "Write a fallback rule", to: "/rules/new", permission: "routing:write" },
  ],
  rule: routing?.rule_id == null ? [] : [ruleWay(hrefTo(["rules", routing.rule_id]), "See the rule")],
});

const OF_WALLET = /^wallet_|^request_exceeds/;

function linksOf(code: string | null, where: ReturnType<typeof placesFor>): Verdict["links"] {
  if (code === null) return [];
  if (OF_WALLET.test(code)) return where.wallet;
  if (code === "rate_limited" || code === "forbidden") return where.key;
  if (code === "policy_denied") return where.rule;
  if (code === "model_unpriced") return [{ text: "Set a price", to: "/prices/new", permission: "prices:write" }];
  return /^upstream_|^provider_|^no_provider/.test(code) ? where.provider : [];
}

/** What a refusal means, which the log has no row of: in the words that the caller read. */
export function refusalVerdict({ code, message, key_id, wallet_id, error }: Refusal): Verdict {
  const short = typeof error.wallet_id === "string" ? error.wallet_id : wallet_id;
  const links = OF_WALLET.test(code)
    ? walletWays(short)
    : code === "policy_denied"
      ? [ruleWay("/routing", "See the rules")]
      : [keyWay(key_id)];
  return { tone: "bad", text: message, advice: adviceOf(code), links };
}

const HOW: Readonly<Record<string, string>> = {
  asked: "No rule applied, so it went to the model that was asked for.",
  model: "names this model.",
  split: "shares requests between its models by weight, and this one got this model.",
  cheapest: "takes the cheapest of its models for this request.",
  fastest: "takes the fastest of its models as they were measured lately.",
  round_robin: "takes its models in turn.",
  fallback: "takes the first of its models that can serve the request.",
  downgrade: "takes a cheaper model where much of the wallet is used.",
};

/** What the rule does, to stand behind its name; of `asked` a sentence of its own. */
export const howOf = (how: string): string => HOW[how] ?? how;
