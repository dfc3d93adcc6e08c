import { formatCents } from "./amounts.ts";
import { hrefTo } from "./paths.ts";

/** An alert as the API has it. */
export interface AlertText {
  readonly id: string;
  readonly kind: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AlertWords {
  readonly title: string;
  readonly to: string;
  readonly tone: "bad" | "warn" | "info";
}

/** What an alert says in one line, and where it leads. `name` is what its object is called. */
export function alertWords(alert: AlertText, name: string): AlertWords {
  const { kind, object_type, object_id, details, id } = alert;
  const word = (key: string): string => {
    const value = details[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const wallet = hrefTo(["wallets", object_id]);
  switch (kind) {
    case "threshold":
      return { title: `${name} has spent ${word("percent")} % of its limit`, to: wallet, tone: "warn" };
    case "exhaustion":
      return { title: `${name} has nothing left`, to: wallet, tone: "bad" };
    case "anomaly":
      return {
        title: `${name} spent ${formatCents(word("spent_usd"))} in an hour; ${formatCents(word("median_usd"))} is usual`,
        to: wallet,
        tone: "warn",
      };
    case "provider":
      return word("state") === "down"
        ? { title: `Provider ${name} went down`, to: hrefTo(["providers", object_id]), tone: "bad" }
        : { title: `Provider ${name} answers again`, to: hrefTo(["providers", object_id]), tone: "info" };
    case "security":
      return word("check") === "audit"
        ? { title: "The audit log does not verify", to: "/audit", tone: "bad" }
        : {
            title: `${word("count")} requests of the key ${name} were refused`,
            to: hrefTo(["keys", object_id]),
            tone: "warn",
          };
    case "budget_request":
      return {
        title: `${word("requested_by")} asks for ${formatCents(word("amount_usd"))}`,
        to: hrefTo([`${object_type.replaceAll("_", "-")}s`, object_id]),
        tone: "info",
      };
    case "bill":
      return {
        title:
          word("drift_percent") === ""
            ? `${name} billed nothing for what was charged here`
            : `The bill of ${name} is ${word("drift_percent").replace("-", "−")} % away from our count`,
        to: hrefTo(["bills", word("reconciliation_id")]),
        tone: "warn",
      };
    default:
      return {
        title: `${kind.replaceAll("_", " ")}: ${name}`,
        to: hrefTo(["alerts", id]),
        tone: object_type === "" ? "info" : "warn",
      };
  }
}
