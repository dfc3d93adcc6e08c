import * as z from "zod";
import { JURISDICTIONS } from "../kernel/jurisdiction.ts";
import { orgs } from "../tables/tables.ts";
import { choice, flag, integer, list, orNull, secret, text, url, usd } from "./field.ts";
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
    data_jurisdiction: orNull(
      choice(
        "Where the objects of its wallets, its audit log and its providers' health run and keep their data. Without one, anywhere. Part of its id, so it is chosen when the organisation is made and stays.",
        JURISDICTIONS,
      ),
    ),
    adjustment_approval_above_nano_usd: orNull(
      usd(
        "Adjustments of more than this, either way, need a second person. Without an amount, none does. Changed by owners only.",
      ),
    ),
    provider_regions: orNull(
      list(
        "Regions, as providers have them in `region`. Only providers in one of them are reached; one without a region is in none. Without any here, all are reached.",
        z.string().trim().min(1, "must not be empty").max(50),
        20,
      ),
    ),
    caller_countries: orNull(
      list(
        "Countries, two letters each, from which inference may be asked for, as the edge tells them. Without any, all.",
        z.string().regex(/^[A-Z]{2}$/, "must be two capital letters such as DE"),
        250,
      ),
    ),
    retries: orNull(
      integer(
        "How often a request is tried again where its provider fails and that may pass. Without a number, 2.",
        0,
        10,
      ),
    ),
    retry_deadline_ms: orNull(
      integer(
        "No retry begins later than this after its request came, in milliseconds. Without a number, 30000.",
        0,
        600_000,
      ),
    ),
    store_texts: flag(
      "Whether the texts of prompts and answers are stored with the request log, sealed, for whoever has `texts:read`. A key's `store_texts` and a request's `x-ao-store: false` rule it out. What is stored when it is switched off stays until it expires or is erased.",
    ),
    text_retention_days: integer(
      "For how many days texts that are stored from now on are kept, at most as long as the request log.",
      1,
      9_999,
    ),
    demo: flag("Whether its traffic was made up, to be looked at. Only a local platform has such an organisation."),
    audit_webhook_url: orNull(
      url("Where the signed head of the audit chain is sent once a day. Without one, nowhere."),
    ),
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
    "retries",
    "retry_deadline_ms",
    "store_texts",
    "text_retention_days",
    "adjustment_approval_above_nano_usd",
    "audit_webhook_url",
    "audit_webhook_secret",
  ],
  settled: {
    data_jurisdiction:
      "it is part of the ids of the organisation and of its wallets, and stays; choose it when you make another organisation with POST /v1/orgs",
  },
  filter: [],
  sort: ["created_at"],
  columns: ["name", "provider_regions", "audit_webhook_url", "created_at"],
  example: { name: "Example Ltd" },
} as const satisfies Resource;
