/** Variables of these names are for the scripts themselves, or secret: they do not become variables of a worker. */
const NOT_FOR_WORKERS: ReadonlySet<string> = new Set([
  "AO_AUDIT_KEY",
  "AO_DATA",
  "AO_HOST",
  "AO_KEY_PEPPER",
  "AO_MASTER_KEY",
  "AO_MASTER_KEY_PREVIOUS",
  "AO_PROVIDER_KEY",
  "AO_WORKERD",
]);

/**
 * The variables that the workers get on this machine in place of those in their wrangler.toml: private upstreams are
 * allowed, because local model servers are there, and every AO_… of the environment goes through.
 */
export function localVars(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const vars: Record<string, string> = {
    AO_ENVIRONMENT: "local",
    AO_ALLOW_PRIVATE_UPSTREAMS: "true",
    // The local queue lives in memory: what it held at a crash is sent again from the wallets' outboxes.
    AO_OUTBOX_RETAIN_MS: "120000",
  };
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith("AO_") && value !== undefined && value !== "" && !NOT_FOR_WORKERS.has(name)) vars[name] = value;
  }
  return vars;
}
