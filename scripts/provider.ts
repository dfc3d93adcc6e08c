import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { sealCredential } from "../schema/credential/seal.ts";
import { runtimeEffects } from "../schema/kernel/effects.ts";
import type { JsonObject } from "../schema/kernel/json.ts";
import { forgetModels } from "../schema/providers/forget-models.ts";
import type { SqlStatement } from "../schema/wire/audit-rpc.ts";
import { adapterOf, providerDefaults } from "../workers/gateway/providers/registry.ts";
import { ClearError, errorText, runMain } from "./platform/clear-error.ts";
import { type Configuration, withConfiguration, writeAudited } from "./platform/configuration.ts";
import { type DataFolder, dataFolder } from "./platform/data-folder.ts";
import { loadSecrets } from "./platform/secrets.ts";
import { query, type SqlDatabase, type SqlRow } from "./platform/sql-database.ts";
import { table } from "./platform/table.ts";

/**
 * `npm run provider`: the upstream accounts of the local platform, whether or not it is running. Each change goes through
 * the org's audit object, as the console's do, and has its entry.
 */

const USAGE = `npm run provider -- add <kind> --key <key> [--id <id>] [--base-url <url>] [--name <name>] [--region <region>]
npm run provider -- list [--json]
npm run provider -- enable <id>
npm run provider -- disable <id>
npm run provider -- remove <id>

The key can come from standard input (--key -) or from AO_PROVIDER_KEY, so that it
stays out of the shell's history. It is stored sealed and never shown again.
With several orgs, --org <id> says which one is meant.`;

/** How long a running gateway may go on with what it knew, see AO_SNAPSHOT_MS. */
const IN_USE = "A running gateway takes it over within 10 seconds.";

/** Who acts, as the audit log names it. */
const COMMAND = "npm run provider";

/** Of a provider's row, what may be shown. */
const SHOWN = "id, kind, name, base_url, region, enabled, credential IS NOT NULL AS has_key, created_at";
const THERE = "SELECT 1 FROM providers WHERE org_id = ? AND id = ?";

const ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const OPTIONS = {
  key: { type: "string" },
  id: { type: "string" },
  "base-url": { type: "string" },
  name: { type: "string" },
  region: { type: "string" },
  org: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Options = ReturnType<typeof parse>["values"];

/** What a command needs: whose providers, and where they are. */
interface Context {
  readonly configuration: Configuration;
  readonly folder: DataFolder;
  readonly org_id: string;
}

await runMain(async () => {
  const { values: options, positionals } = parse();
  const [command, subject, ...rest] = positionals;
  if (options.help || command === undefined) {
    console.log(USAGE);
    return;
  }
  if (rest.length > 0) throw new ClearError(`${rest.join(" ")} is one argument too many.\n\n${USAGE}`);
  const work = commandOf(command, subject, options);
  const folder = dataFolder();
  await withConfiguration(folder, async (configuration) =>
    work({ configuration, folder, org_id: await orgOf(configuration.database, options.org) }),
  );
});

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

function commandOf(
  command: string,
  subject: string | undefined,
  options: Options,
): (context: Context) => Promise<void> {
  if (command === "list") return (context) => list(context, options.json);
  if (subject === undefined) throw new ClearError(USAGE);
  switch (command) {
    case "add":
      return (context) => add(context, subject, options);
    case "enable":
      return (context) => setEnabled(context, subject, true);
    case "disable":
      return (context) => setEnabled(context, subject, false);
    case "remove":
      return (context) => remove(context, subject);
    default:
      throw new ClearError(`There is no command ${command}.\n\n${USAGE}`);
  }
}

async function orgOf(database: SqlDatabase, wanted: string | undefined): Promise<string> {
  const ids = (await query(database, "SELECT id FROM orgs ORDER BY created_at")).map((row) => String(row.id));
  if (wanted !== undefined) {
    if (ids.includes(wanted)) return wanted;
    throw new ClearError(`There is no org ${wanted}. There is: ${ids.join(", ") || "none"}.`);
  }
  const [only, ...others] = ids;
  if (only === undefined) throw new ClearError("There is no org yet. Run `npm start` once, which makes the demo org.");
  if (others.length > 0) throw new ClearError(`Say which org with --org: ${ids.join(", ")}.`);
  return only;
}

async function add(context: Context, kind: string, options: Options): Promise<void> {
  const { folder, org_id } = context;
  if (adapterOf(kind) === null) throw new ClearError(`There is no kind of provider called ${kind}.`);
  const id = options.id ?? kind;
  if (!ID.test(id)) {
    throw new ClearError(`${JSON.stringify(id)} is no id: lower-case letters, digits, dots and dashes, 63 at most.`);
  }
  const taken = `There is a provider ${id} already. Remove it first, or choose another --id.`;
  if ((await find(context, id)) !== null) throw new ClearError(taken);
  const base_url = options["base-url"] === undefined ? null : baseUrl(options["base-url"]);
  const address = base_url ?? providerDefaults(kind)?.default_base_url ?? null;
  if (address === null) throw new ClearError(`${kind} has no address of its own: say where it is with --base-url.`);
  const effects = runtimeEffects();
  const key = await readKey(options.key);
  const { master_key } = await loadSecrets(folder);
  const owner = { org_id, provider_id: id };
  const credential = key === null ? null : await sealCredential(master_key, owner, { api_key: key }, effects);
  const shown = { id, kind, name: options.name ?? id, base_url, region: options.region ?? null };
  await change(context, {
    id,
    verb: "created",
    details: { after: { ...shown, ...(key === null ? {} : { credential: "(not shown)" }) } },
    still: { sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM providers WHERE org_id = ? AND id = ?)", refusal: taken },
    statements: [
      {
        sql: "INSERT INTO providers (id, org_id, kind, name, base_url, credential, region, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params: [id, org_id, kind, shown.name, base_url, credential, shown.region, effects.now()],
      },
    ],
  });
  console.log(`Added ${id}, at ${address}. ${IN_USE}`);
}

interface ProviderChange {
  readonly id: string;
  readonly verb: "created" | "updated" | "deleted";
  readonly details: JsonObject;
  /** What must still hold, of org and id, when the change is made, and what is said when it does not. */
  readonly still: { readonly sql: string; readonly refusal: string };
  readonly statements: readonly SqlStatement[];
}

/** One change of a provider with its audit entry, as the console would make it. */
async function change({ configuration, org_id }: Context, wanted: ProviderChange): Promise<void> {
  const { id, verb, details, still, statements } = wanted;
  const effects = runtimeEffects();
  const request = {
    org_id,
    checks: [{ name: "still", sql: still.sql, params: [org_id, id] }],
    statements,
    entry: {
      id: effects.newId("audit"),
      at: effects.now(),
      actor: { type: "system", id: COMMAND, name: COMMAND },
      action: `provider.${verb}`,
      outcome: "done",
      target: { type: "provider", id },
      request_id: null,
      ip: null,
      details,
    },
  } as const;
  await writeAudited(configuration, request, { still: still.refusal });
}

function baseUrl(value: string): string {
  const url = URL.parse(value);
  const plain = url !== null && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (!plain || !["http:", "https:"].includes(url.protocol)) {
    throw new ClearError("--base-url must be an http or https URL without a user, a query or a fragment.");
  }
  return url.href.replace(/\/+$/, "");
}

/** The key from --key, standard input or the environment; null when none is given, as for a local model server. */
async function readKey(option: string | undefined): Promise<string | null> {
  const given = option === "-" ? await text(process.stdin) : (option ?? process.env.AO_PROVIDER_KEY);
  if (given === undefined) return null;
  const key = given.trim();
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new ClearError("The key is empty, or has characters that no HTTP header takes.");
  return key;
}

async function list({ configuration, org_id }: Context, json: boolean): Promise<void> {
  const rows = await query(
    configuration.database,
    `SELECT ${SHOWN} FROM providers WHERE org_id = ? ORDER BY id`,
    org_id,
  );
  if (json) console.log(JSON.stringify(rows.map(publicRow), null, 2));
  else console.log(table(["id", "kind", "name", "url", "region", "enabled", "key"], rows.map(cells)));
}

function publicRow(row: SqlRow) {
  return {
    ...row,
    enabled: row.enabled === 1,
    has_key: row.has_key === 1,
    created_at: new Date(Number(row.created_at)).toISOString(),
  };
}

function cells(row: SqlRow): readonly string[] {
  return [
    String(row.id),
    String(row.kind),
    String(row.name),
    String(row.base_url ?? "default"),
    String(row.region ?? ""),
    row.enabled === 1 ? "yes" : "no",
    row.has_key === 1 ? "set" : "none",
  ];
}

async function setEnabled(context: Context, id: string, enabled: boolean): Promise<void> {
  const found = await existing(context, id);
  const done = `${enabled ? "Enabled" : "Disabled"} ${id}. ${IN_USE}`;
  // A change that changes nothing has no entry.
  if (found.enabled === Number(enabled)) return console.log(done);
  await change(context, {
    id,
    verb: "updated",
    details: { before: { enabled: !enabled }, after: { enabled } },
    still: { sql: THERE, refusal: unknown(id) },
    statements: [
      {
        sql: "UPDATE providers SET enabled = ?, version = version + 1 WHERE org_id = ? AND id = ?",
        params: [Number(enabled), context.org_id, id],
      },
    ],
  });
  console.log(done);
}

async function remove(context: Context, id: string): Promise<void> {
  const { org_id } = context;
  const { kind, name, base_url, region, enabled } = await existing(context, id);
  const before = {
    id,
    kind: String(kind),
    name: String(name),
    base_url: textOrNull(base_url),
    region: textOrNull(region),
    enabled: enabled === 1,
    credential: "(not shown)",
  };
  await change(context, {
    id,
    verb: "deleted",
    details: { before },
    still: { sql: THERE, refusal: unknown(id) },
    statements: [
      { sql: "DELETE FROM providers WHERE org_id = ? AND id = ?", params: [org_id, id] },
      ...forgetModels(org_id, id, runtimeEffects().now()),
    ],
  });
  console.log(`Removed ${id}. ${IN_USE}`);
}

async function find({ configuration, org_id }: Context, id: string): Promise<SqlRow | null> {
  const sql = `SELECT ${SHOWN} FROM providers WHERE org_id = ? AND id = ?`;
  const [row] = await query(configuration.database, sql, org_id, id);
  return row ?? null;
}

async function existing(context: Context, id: string): Promise<SqlRow> {
  const row = await find(context, id);
  if (row === null) throw new ClearError(unknown(id));
  return row;
}

function unknown(id: string): string {
  return `There is no provider ${id}. See \`npm run provider -- list\`.`;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
