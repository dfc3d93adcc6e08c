/** What an org can be told of. */
export const ALERT_KINDS = [
  /** A wallet has spent a percentage of its limit. */
  "threshold",
  /** A wallet has nothing left. */
  "exhaustion",
  /** A wallet spends far more in an hour than it usually does. */
  "anomaly",
  /** A provider went down, or came back. */
  "provider",
  /** A burst of refused requests, or an audit log that does not verify. */
  "security",
  /** Somebody asks for money, and somebody has to decide. */
  "budget_request",
  /** A provider's bill and our count are too far apart. */
  "bill",
] as const;

export type AlertKind = (typeof ALERT_KINDS)[number];
