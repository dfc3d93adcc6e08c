/**
 * Structured logs: one JSON line per event, and the only place where a worker writes to its console. What may be in a
 * line is a positive list: plain values, under names that do not say secret. Time is added by whoever collects the lines.
 */

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** A line is for a screen; whatever needs more room belongs in a table. */
const MAX_LOG_CHARS = 300;

/** Refused wherever they are in a field's name. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  "apikey",
  "authorization",
  "bearer",
  "cookie",
  "cookies",
  "credential",
  "credentials",
  "password",
  "pepper",
  "secret",
  "secrets",
]);

/** Refused as the last word, which says what a value is: `api_key` is a key, `key_id` is an id. */
const SECRET_LAST_WORDS: ReadonlySet<string> = new Set([
  "body",
  "content",
  "headers",
  "input",
  "key",
  "messages",
  "output",
  "prompt",
  "token",
]);

/** Names of the line itself, which a field may not replace. */
const OWN_NAMES: ReadonlySet<string> = new Set(["level", "event", "refused_fields"]);

/** Writes `{"level","event",…fields}` as one line. A field that may not be logged is left out and named in `refused_fields`. */
export function log(level: LogLevel, event: string, fields: LogFields = {}): void {
  // biome-ignore lint/suspicious/noConsole: the console is what the runtime collects; every other module logs through here.
  console[level](logLine(level, event, fields));
}

/** The line that `log` writes, apart for tests. */
export function logLine(level: LogLevel, event: string, fields: LogFields): string {
  const line: Record<string, string | number | boolean | null> = { level, event: cut(event) };
  const refused: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (mayLog(name, value)) line[name] = typeof value === "string" ? cut(value) : value;
    else refused.push(name);
  }
  return JSON.stringify(refused.length === 0 ? line : { ...line, refused_fields: cut(refused.join(" ")) });
}

/** Checked at run time as well: an object that a type let through would bring everything in it along. */
function mayLog(name: string, value: unknown): boolean {
  const plain = value === null || ["string", "number", "boolean"].includes(typeof value);
  return plain && !OWN_NAMES.has(name) && !namesSecret(name);
}

function namesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_LAST_WORDS.has(words.at(-1) ?? "");
}

const cut = (text: string): string => (text.length <= MAX_LOG_CHARS ? text : `${text.slice(0, MAX_LOG_CHARS - 1)}…`);
