import type { JsonObject } from "../../../schema/kernel/json.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { ALERT_KINDS, type AlertKind } from "../../../schema/notifications/alert-kinds.ts";
import type { Notification } from "../../../schema/notifications/notification.ts";

/** An alert as it is sent, with the names that people know its things by. */
export interface AlertToTell {
  readonly id: string;
  readonly org_id: string;
  readonly kind: string;
  readonly object_type: string;
  readonly object_id: string;
  /** What people call the object; its id where nobody named it. */
  readonly object_name: string;
  readonly team_id: string | null;
  readonly at: number;
  readonly details: JsonObject;
  /** How many that said the same were not sent since the last one that was. */
  readonly swallowed: number;
}

/** The message of an alert. */
export function composeAlert(alert: AlertToTell): Notification {
  const { title, lines } = WORDS[kindOf(alert.kind)](alert);
  const { id, org_id, kind, object_type, object_id, object_name, team_id, at, details, swallowed } = alert;
  const more = swallowed === 0 ? [] : [`${swallowed} more of this kind came shortly before and were not sent.`];
  return {
    type: "alert",
    kind,
    org_id,
    source_id: id,
    at,
    title,
    lines: [...lines, ...more, `At ${formatTime(at)}.`],
    tables: [],
    data: { object: { type: object_type, id: object_id, name: object_name }, team_id, details, swallowed },
  };
}

const kindOf = (name: string): AlertKind | "other" => ALERT_KINDS.find((kind) => kind === name) ?? "other";

interface Words {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A figure or a word of the details; empty where it is missing. */
const word = ({ details }: AlertToTell, name: string): string => {
  const value = details[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};

/** Words of the details, and how many more there are; empty where there are none. */
function names(alert: AlertToTell, name: string): string {
  const value = alert.details[name];
  const all = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  const more = Number(word(alert, `${name}_in_all`)) - all.length;
  return `${all.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const signed = (figure: string): string => (figure.startsWith("-") ? figure : `+${figure}`);

/** Cents are enough for people; `data` has all nine places. A small amount keeps what it is made of. */
function dollars(alert: AlertToTell, name: string): string {
  const value = word(alert, name);
  const [whole = "0", places = ""] = value.split(".");
  const short = `${whole}.${places.slice(0, 2).padEnd(2, "0")}`;
  return Number(short) === 0 && Number(value) !== 0 ? `${value} US dollars` : `${short} US dollars`;
}

const WORDS: Readonly<Record<AlertKind | "other", (alert: AlertToTell) => Words>> = {
  threshold: (alert) => ({
    title: `${alert.object_name} has spent ${word(alert, "percent")} % of its limit`,
    lines: [
      `The wallet ${alert.object_name} has spent ${dollars(alert, "spent_usd")} of its limit of ${dollars(alert, "limit_usd")} in the period that began at ${word(alert, "period_start")}.`,
    ],
  }),
  exhaustion: (alert) => ({
    title: `${alert.object_name} has nothing left`,
    lines: [
      `The wallet ${alert.object_name} has spent ${dollars(alert, "spent_usd")}; its limit is ${dollars(alert, "limit_usd")}. Requests that cost something are refused until the limit is raised, money is added or the period turns.`,
    ],
  }),
  anomaly: (alert) => ({
    title: `${alert.object_name} spends more than usual`,
    lines: [
      `The wallet ${alert.object_name} has spent ${dollars(alert, "spent_usd")} in the hour that began at ${word(alert, "hour")}. Usual are ${dollars(alert, "median_usd")}, and up to ${dollars(alert, "usual_up_to_usd")}.`,
    ],
  }),
  provider: (alert) =>
    word(alert, "state") === "down"
      ? {
          title: `The provider ${alert.object_name} is down`,
          lines: [`The provider ${alert.object_name} does not answer, or fails half of its requests.`],
        }
      : {
          title: `The provider ${alert.object_name} is back`,
          lines: [`The provider ${alert.object_name} was down and answers again: ${word(alert, "state")}.`],
        },
  security: (alert) =>
    word(alert, "check") === "audit"
      ? {
          title: "The audit log does not verify",
          lines: [
            `The daily check of the audit log found ${word(alert, "problems")} problems. Somebody may have changed the database. See POST /v1/audit/verify.`,
          ],
        }
      : {
          title: `Many requests of the key ${alert.object_name} are refused`,
          lines: [
            `${word(alert, "count")} requests of the key ${alert.object_name} were refused within ${word(alert, "minutes")} minutes, the last with ${word(alert, "code")}. Revoke the key if it is not in the right hands.`,
          ],
        },
  budget_request: (alert) => ({
    title: `${word(alert, "requested_by")} asks for ${dollars(alert, "amount_usd")}`,
    lines: [
      `${word(alert, "requested_by")} asks for a ${alert.object_type.replaceAll("_", "-")} of ${dollars(alert, "amount_usd")}: ${word(alert, "reason")}`,
      `It waits for somebody to approve or reject it until ${word(alert, "expires_at")}.`,
    ],
  }),
  bill: (alert) => {
    const drift = word(alert, "drift_percent");
    const models = names(alert, "models");
    return {
      title: `The bill of ${alert.object_name} is not what was counted`,
      lines: [
        drift === ""
          ? `The provider ${alert.object_name} billed nothing from ${word(alert, "first_day")} to ${word(alert, "last_day")}, and something was charged here.`
          : `From ${word(alert, "first_day")} to ${word(alert, "last_day")} the count here is ${signed(drift)} % away from the bill of the provider ${alert.object_name}; ${word(alert, "threshold_percent")} % are accepted.`,
        ...(models === "" ? [] : [`Further apart than that: ${models}.`]),
        `See GET /v1/reconciliations/${word(alert, "reconciliation_id")}.`,
      ],
    };
  },
  other: (alert) => ({ title: `Something happened to ${alert.object_name}`, lines: [] }),
};
