import * as z from "zod";
import { orgs } from "../tables/tables.ts";
import { list, orNull, secret, text, url, usd } from "./field.ts";
import type { Resource } from "./resource.ts";

export const org = {
  name: "org",
  title: "Organisation",
  path: "/v1/orgs",
  tag: "Organisation",
  description: "The organisation that you act in. Nothing of it is visible to any other.",
  table: orgs,
  id: "org",
  permissions: { read: "org:read", write: "org:update" },
  operations: ["list", "get", "update"],
  fields: {
    name: text("What the organisation is called.", 100),
    adjustment_approval_above_nano_usd: orNull(
      usd("Adjustments of more than this, either way, need a second person; null is never. Changed by owners only."),
    ),
    provider_regions: orNull(
      list(
        "Regions, as providers have them in `region`. Only providers in one of them are reached; one without a region is in none. null is everywhere.",
        z.string().trim().min(1, "must not be empty").max(50),
        20,
      ),
    ),
    caller_countries: orNull(
      list(
        "Countries, two letters each, from which inference may be asked for, as the edge tells them; null is all.",
        z.string().regex(/^[A-Z]{2}$/, "must be two capital letters such as DE"),
        250,
      ),
    ),
    audit_webhook_url: orNull(url("Where the signed head of the audit chain is sent once a day; null is nowhere.")),
    audit_webhook_secret: secret(
      "What the webhook's signature is made with: 16 to 256 characters. Needed with a webhook. Write-only.",
      z.string().min(16).max(256).nullable(),
    ),
  },
  create: { required: [], optional: [] },
  update: [
    "name",
    "provider_regions",
    "caller_countries",
    "adjustment_approval_above_nano_usd",
    "audit_webhook_url",
    "audit_webhook_secret",
  ],
  filter: [],
  sort: ["created_at"],
  columns: ["name", "provider_regions", "audit_webhook_url", "created_at"],
  example: { name: "Example Ltd" },
} as const satisfies Resource;
