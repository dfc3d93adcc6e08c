import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import * as z from "zod";
import { hashApiKey, newApiKey } from "../schema/credential/api-key.ts";
import type { Effects } from "../schema/kernel/effects.ts";
import { tryParseJson } from "../schema/kernel/json.ts";
import { NANO_PER_USD } from "../schema/kernel/money.ts";
import { ClearError } from "./platform/clear-error.ts";
import type { DataFolder } from "./platform/data-folder.ts";
import type { Secrets } from "./platform/secrets.ts";
import { query, type SqlDatabase } from "./platform/sql-database.ts";

/**
 * A first owner and, unless it is not wanted, a demo org to try things with: a team with a wallet, a provider that needs
 * no key, and a key each for apps and admins. Made through the platform's own API, so that what is seeded is what a person
 * could have made, audit entries included.
 */

const OWNER_EMAIL = "owner@demo.example";
const ORG_NAME = "Demo";
const TEAM_NAME = "Demo team";
const WALLET_LIMIT_USD = "25";

const keySchema = z.object({ id: z.string(), key: z.string() });
const demoSchema = z.object({
  owner: z.object({ email: z.string(), password: z.string(), ready: z.boolean() }).optional(),
  app: keySchema.optional(),
  admin: keySchema.optional(),
});
type Demo = z.infer<typeof demoSchema>;

export interface Owner {
  readonly email: string;
  readonly password: string;
}

export interface Seeded {
  readonly owner: Owner;
  /** Null when only an owner was wanted. */
  /** Whether the demo org was made by this start. */
  readonly is_new: boolean;
  readonly keys: { readonly app_key: string; readonly admin_key: string } | null;
}

export interface SeedPlace {
  readonly url: string;
  readonly database: SqlDatabase;
  readonly folder: DataFolder;
  readonly secrets: Pick<Secrets, "pepper">;
  readonly effects: Effects;
}

/**
 * Makes what is missing, and answers the demo's login and keys. They are kept in plain text in the data folder, so that
 * each start can show them. Every step can be repeated, so an interrupted seed goes on where it was.
 */
export async function seed(place: SeedPlace, wanted: { readonly demo: boolean }): Promise<Seeded> {
  const { folder } = place;
  let demo = await readDemo(folder);
  const owner = demo.owner ?? { email: OWNER_EMAIL, password: newPassword(), ready: false };
  if (demo.owner === undefined) demo = await writeDemo(folder, { ...demo, owner });
  if (!owner.ready) {
    if (demo.admin === undefined && signUpIsOpen()) await signUp(place, owner, { org_name: ORG_NAME });
    else {
      const admin = demo.admin ?? (await seedFirstOrg(place));
      demo = await writeDemo(folder, { ...demo, owner, admin });
      await joinEarlierOrg(place, owner, admin);
    }
    demo = await writeDemo(folder, { ...demo, owner: { ...owner, ready: true } });
  }
  if (!wanted.demo) return { owner, is_new: false, keys: null };
  const admin = demo.admin ?? (await seedAdminKey(place, owner));
  if (demo.admin === undefined) demo = await writeDemo(folder, { ...demo, admin });
  const app = demo.app ?? (await seedDemo(place, admin.key));
  if (demo.app === undefined) await writeDemo(folder, { ...demo, app });
  return { owner, is_new: demo.app === undefined, keys: { app_key: app.key, admin_key: admin.key } };
}

/** Easy to copy, and 120 random bits. */
const newPassword = (): string => randomBytes(15).toString("base64url");

async function readDemo(folder: DataFolder): Promise<Demo> {
  const text = await readFile(folder.demo, "utf8").catch(() => null);
  if (text === null) return {};
  const demo = demoSchema.safeParse(tryParseJson(text)).data;
  if (demo === undefined) {
    throw new ClearError(`${folder.demo} is damaged. Begin anew with \`npm start -- --reset\`.`);
  }
  return demo;
}

async function writeDemo(folder: DataFolder, demo: Demo): Promise<Demo> {
  const temporary = `${folder.demo}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, folder.demo);
  return demo;
}

/** Signs up, or in when that has been done. Answers the session's cookie. */
async function signUp(
  place: SeedPlace,
  { email, password }: Owner,
  how: { readonly org_name?: string; readonly invitation_token?: string },
): Promise<string> {
  const made = await call(place, "POST", "/v1/auth/sign-up", { email, password, name: "Demo owner", ...how });
  if (made.status !== 201 && made.status !== 409) throw new ClearError(`The owner could not be made: ${made.text}`);
  return made.status === 201 ? made.cookie : await signIn(place, { email, password });
}

async function signIn(place: SeedPlace, { email, password }: Owner): Promise<string> {
  const session = await call(place, "POST", "/v1/auth/sign-in", { email, password });
  if (session.status !== 200) {
    throw new ClearError(
      `The owner ${email} cannot sign in with the password in ${place.folder.demo}: it was changed. ` +
        "Write the new one there, or begin anew with `npm start -- --reset`.",
    );
  }
  return session.cookie;
}

const signUpIsOpen = (): boolean => (process.env.AO_SIGN_UP || "open") === "open";

/** Where nobody may sign up uninvited, the first org and its admin key are put where they belong, to invite the owner. */
async function seedFirstOrg({ database, secrets, effects }: SeedPlace): Promise<z.infer<typeof keySchema>> {
  const [org_id, wallet_id, id] = [effects.newId("org"), effects.newId("wallet"), effects.newId("key")];
  const { key, hint } = newApiKey(effects);
  const now = effects.now();
  await database.batch([
    { sql: "INSERT INTO orgs (id, name, created_at) VALUES (?, ?, ?)", params: [org_id, ORG_NAME, now] },
    {
      sql: "INSERT INTO wallets (id, org_id, name, limit_nano_usd, created_at) VALUES (?, ?, ?, ?, ?)",
      params: [wallet_id, org_id, "First wallet", Number(WALLET_LIMIT_USD) * NANO_PER_USD, now],
    },
    {
      sql:
        "INSERT INTO api_keys (id, org_id, wallet_id, name, hash, hint, scopes, created_at) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      params: [id, org_id, wallet_id, "Demo admin", await hashApiKey(secrets.pepper, key), hint, ADMIN_SCOPES, now],
    },
  ]);
  return { id, key };
}

const ADMIN_SCOPES = JSON.stringify(["owner", "inference"]);

/** A data folder of a version that had no people: its org gets its owner by an invitation of its own admin key. */
async function joinEarlierOrg(place: SeedPlace, owner: Owner, admin: { readonly id: string; readonly key: string }) {
  await query(place.database, "UPDATE api_keys SET scopes = ? WHERE id = ?", ADMIN_SCOPES, admin.id);
  const invited = await call(
    place,
    "POST",
    "/v1/invitations",
    { email: owner.email, role: "owner" },
    { authorization: `Bearer ${admin.key}` },
  );
  const { token } = expectBody(invited, z.object({ token: z.string() }));
  await signUp(place, owner, { invitation_token: token });
}

async function seedAdminKey(place: SeedPlace, owner: Owner): Promise<z.infer<typeof keySchema>> {
  const headers = { cookie: await signIn(place, owner), "idempotency-key": "demo-admin-key" };
  const wallets = await call(place, "GET", "/v1/wallets?sort=created_at", null, headers);
  const [first] = expectBody(wallets, z.object({ data: z.array(z.object({ id: z.string() })) })).data;
  const body = { name: "Demo admin", wallet_id: first?.id ?? "", scopes: ["owner", "inference"] };
  return expectBody(await call(place, "POST", "/v1/keys", body, headers), keySchema);
}

async function seedDemo(place: SeedPlace, admin_key: string): Promise<z.infer<typeof keySchema>> {
  const create = async <Answer>(path: string, body: object, schema: z.ZodType<Answer>): Promise<Answer> => {
    const headers = { authorization: `Bearer ${admin_key}`, "idempotency-key": `demo${path}` };
    return expectBody(await call(place, "POST", path, body, headers), schema);
  };
  const id = z.object({ id: z.string() });
  await create("/v1/providers", { id: "sandbox", kind: "sandbox", name: "Sandbox" }, id);
  const team = await create("/v1/teams", { name: TEAM_NAME }, id);
  const wallet = await create(
    "/v1/wallets",
    { name: TEAM_NAME, team_id: team.id, limit_usd: WALLET_LIMIT_USD, period: "month" },
    id,
  );
  return await create("/v1/keys", { name: "Demo app", wallet_id: wallet.id, scopes: ["inference"] }, keySchema);
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** What was set, as it is sent back. */
  readonly cookie: string;
}

async function call(
  { url }: SeedPlace,
  method: string,
  path: string,
  body: object | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...(body === null ? {} : { "content-type": "application/json" }) },
    body: body === null ? null : JSON.stringify(body),
  });
  const cookie = answer.headers
    .getSetCookie()
    .map((set) => set.split(";")[0])
    .join("; ");
  return { status: answer.status, text: await answer.text(), cookie };
}

function expectBody<Body>(answer: Answer, schema: z.ZodType<Body>): Body {
  const body = answer.status < 300 ? schema.safeParse(tryParseJson(answer.text)) : null;
  if (body?.success !== true) throw new ClearError(`The demo could not be made (${answer.status}): ${answer.text}`);
  return body.data;
}
