/** Filters of the request log that have an index of their own, the one that leaves fewest rows first. */
const LEADS = {
  subject: "request_log_subject_at",
  key_id: "request_log_key_at",
  wallet_id: "request_log_wallet_at",
  error_code: "request_log_error_at",
  team_id: "request_log_team_at",
  model: "request_log_model_at",
} as const;

export type LogLead = keyof typeof LEADS;

const LEAD_NAMES = Object.keys(LEADS).filter((name): name is LogLead => Object.hasOwn(LEADS, name));

/**
 * The index to go down for these filters, and which of them it answers. It is named to SQLite, which knows nothing of how
 * many rows each has and would often take another: then a page would look at all rows of the org. What is empty stands for
 * rows without the value, which no index holds.
 */
export function logIndexOf(filters: Readonly<Partial<Record<LogLead, string | undefined>>>): {
  readonly index: string;
  readonly lead: LogLead | null;
} {
  const lead = LEAD_NAMES.find((name) => filters[name] !== undefined && filters[name] !== "") ?? null;
  return { index: lead === null ? "request_log_org_at" : LEADS[lead], lead };
}
