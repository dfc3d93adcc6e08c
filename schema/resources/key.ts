import * as z from "zod";
import { KEY_SCOPES } from "../access/permissions.ts";
import { apiKeys } from "../tables/tables.ts";
import { flag, list, orNull, reference, text, time } from "./field.ts";
import { RATE_FIELDS, rateFields } from "./rate-fields.ts";
import type { Resource } from "./resource.ts";

const modelPattern = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, "must be a model name or a pattern such as openai/gpt-5*");

export const key = {
  name: "key",
  title: "API keys",
  path: "/v1/keys",
  tag: "Keys",
  description:
    "What apps and administrators identify themselves with. The key itself is in the answer to the creating call and is never shown again; a keyed hash of it is stored. Deleting a key revokes it at once, everywhere.",
  table: apiKeys,
  id: "key",
  permissions: { read: "keys:read", write: "keys:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    name: text("What the key is for.", 100),
    wallet_id: reference("The wallet that it spends from. For another wallet make another key.", "wallet"),
    scopes: list(
      "`inference` for the data plane; `owner`, `admin`, `member` or `viewer` for what that role may do; or single permissions such as `wallets:read`. Not more than your own.",
      z.enum(KEY_SCOPES, "must be inference, a role, or a permission of GET /v1/roles"),
      KEY_SCOPES.length,
    ),
    models: orNull(
      list("Patterns of the models it may use, `openai/gpt-5*`. `null` is all, an empty list none.", modelPattern, 100),
    ),
    ...rateFields("with this key"),
    store_texts: flag(
      "Whether the texts of its requests are stored where the organisation stores texts; they are unless it is switched off.",
    ),
    expires_at: orNull(time("From then on the key is refused. Without a time, never.")),
    hint: text("Its first characters, to tell keys apart.", 20),
    revoked_at: orNull(time("When it was revoked.")),
    rotated_from: orNull(text("The key that this one took the place of.", 100)),
    created_by: orNull(text("The user or key that made it.", 100)),
  },
  create: {
    required: ["name", "wallet_id"],
    optional: ["scopes", "models", "store_texts", "expires_at", ...RATE_FIELDS],
  },
  update: ["name", "scopes", "models", "store_texts", "expires_at", ...RATE_FIELDS],
  filter: ["name", "wallet_id", "hint", "created_by"],
  sort: ["created_at", "name"],
  columns: ["name", "hint", "wallet_id", "scopes", "expires_at", "revoked_at", "created_at"],
  example: { name: "Search backend", wallet_id: "wal_01", scopes: ["inference"], models: ["openai/gpt-5*"] },
} as const satisfies Resource;
