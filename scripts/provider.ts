import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { sealCredential } from "../schema/credential/seal.ts";
import { runtimeEffects } from "../schema/kernel/effects.ts";
import { adapterOf, providerDefaults } from "../workers/gateway/providers/registry.ts";
import { ClearError, errorText, runMain } from "./platform/clear-error.ts";
import { type DataFolder, dataFolder } from "./platform/data-folder.ts";
import { withDatabase } from "./platform/local-database.ts";
import { loadSecrets } from "./platform/secrets.ts";
import { query, type SqlDatabase, type SqlRow } from "./platform/sql-database.ts";
import { table } from "./platform/table.ts";

/** `npm run provider`: the upstream accounts of the local platform, whether or not it is running. */

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
  readonly database: SqlDatabase;
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
  await withDatabase(folder, async (database) =>
    work({ database, folder, org_id: await orgOf(database, options.org) }),
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

async function add({ database, folder, org_id }: Context, kind: string, options: Options): Promise<void> {
  if (adapterOf(kind) === null) throw new ClearError(`There is no kind of provider called ${kind}.`);
  const id = options.id ?? kind;
  if (!ID.test(id)) {
    throw new ClearError(`${JSON.stringify(id)} is no id: lower-case letters, digits, dots and dashes, 63 at most.`);
  }
  const existing = await query(database, "SELECT id FROM providers WHERE org_id = ? AND id = ?", org_id, id);
  if (existing.length > 0) {
    throw new ClearError(`There is a provider ${id} already. Remove it first, or choose another --id.`);
  }
  const base_url = options["base-url"] === undefined ? null : baseUrl(options["base-url"]);
  const address = base_url ?? providerDefaults(kind)?.default_base_url ?? null;
  if (address === null) throw new ClearError(`${kind} has no address of its own: say where it is with --base-url.`);
  const effects = runtimeEffects();
  const key = await readKey(options.key);
  const { master_key } = await loadSecrets(folder);
  const owner = { org_id, provider_id: id };
  const credential = key === null ? null : await sealCredential(master_key, owner, { api_key: key }, effects);
  await query(
    database,
    "INSERT INTO providers (id, org_id, kind, name, base_url, credential, region, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    org_id,
    kind,
    options.name ?? id,
    base_url,
    credential,
    options.region ?? null,
    effects.now(),
  );
  console.log(`Added ${id}, at ${address}. ${IN_USE}`);
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

async function list({ database, org_id }: Context, json: boolean): Promise<void> {
  const rows = await query(
    database,
    "SELECT id, kind, name, base_url, region, enabled, credential IS NOT NULL AS has_key, created_at " +
      "FROM providers WHERE org_id = ? ORDER BY id",
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

async function setEnabled({ database, org_id }: Context, id: string, enabled: boolean): Promise<void> {
  const changed = await query(
    database,
    "UPDATE providers SET enabled = ? WHERE org_id = ? AND id = ? RETURNING id",
    Number(enabled),
    org_id,
    id,
  );
  refuseUnknown(changed, id);
  console.log(`${enabled ? "Enabled" : "Disabled"} ${id}. ${IN_USE}`);
}

async function remove({ database, org_id }: Context, id: string): Promise<void> {
  const removed = await query(database, "DELETE FROM providers WHERE org_id = ? AND id = ? RETURNING id", org_id, id);
  refuseUnknown(removed, id);
  console.log(`Removed ${id}. ${IN_USE}`);
}

function refuseUnknown(rows: readonly SqlRow[], id: string): void {
  if (rows.length === 0) throw new ClearError(`There is no provider ${id}. See \`npm run provider -- list\`.`);
}
