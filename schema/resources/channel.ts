import * as z from "zod";
import { checkUrl, URL_PROBLEMS } from "../http/checked-url.ts";
import { ALERT_KINDS } from "../notifications/alert-kinds.ts";
import { channels } from "../tables/notifications.ts";
import { choice, type Field, flag, list, orNull, secret, text } from "./field.ts";
import type { Resource } from "./resource.ts";

/** By the names that the kind has, see schema/notifications/channel-kinds.ts: which of them is checked by its hook. */
export const channelCredentialInput = z.record(
  z.string().max(50),
  z
    .string()
    .max(2_000)
    .regex(/^[\x21-\x7e]+$/, "must be printable and without spaces"),
);

export const emailAddress = z.email("must be an e-mail address").max(254);

/** As it was given: receivers may tell a slash at the end from none. */
const receiverUrl: Field = {
  description:
    "Where messages are sent by POST. Of an e-mail service: its address where that is not the usual one, such as `https://api.eu.sendgrid.com`.",
  input: z
    .string()
    .max(2_000)
    .refine((value) => checkUrl(value, { allow_private: true }).ok, {
      error: ({ input }) => {
        const checked = checkUrl(String(input), { allow_private: true });
        return checked.ok ? "" : URL_PROBLEMS[checked.problem];
      },
    }),
  output: z.string(),
  show: (stored) => stored,
  widget: { kind: "url" },
};

const sender: Field = {
  description: "Whom e-mails are from: an address that the service knows as yours.",
  input: emailAddress,
  output: z.string(),
  show: (stored) => stored,
  widget: { kind: "text" },
};

export const channel = {
  name: "channel",
  title: "Channels",
  path: "/v1/channels",
  tag: "Alerts",
  description:
    "Where alerts and digests are sent: a webhook, whose messages are signed, or an e-mail service of your own. Its credential is kept sealed and is never shown again.",
  table: channels,
  id: "channel",
  permissions: { read: "channels:read", write: "channels:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    kind: choice("How messages are sent.", ["webhook", "ses", "sendgrid"]),
    name: text("What people call it.", 100),
    url: orNull(receiverUrl),
    sender: orNull(sender),
    addresses: list(
      "E-mail addresses that get every message of the channel. Members who are told by their role need not be here.",
      emailAddress,
      50,
    ),
    region: orNull(text("Of Amazon SES: its region, such as eu-central-1.", 30)),
    credential: secret(
      "By kind: `secret` for webhook, and `previous_secret` while receivers change over; `access_key_id` and `secret_access_key` for ses; `api_key` for sendgrid. Write-only.",
      channelCredentialInput.nullable(),
    ),
    alert_kinds: orNull(
      list("The kinds of alerts that it takes. Without any, all.", z.enum(ALERT_KINDS), ALERT_KINDS.length),
    ),
    enabled: flag("Switched off, nothing is sent, and what waits is given up."),
  },
  create: {
    required: ["kind", "name", "credential"],
    optional: ["url", "sender", "addresses", "region", "alert_kinds", "enabled"],
  },
  update: ["name", "url", "sender", "addresses", "region", "credential", "alert_kinds", "enabled"],
  filter: ["kind", "name", "enabled"],
  sort: ["created_at", "name"],
  columns: ["name", "kind", "url", "sender", "enabled", "created_at"],
  example: {
    kind: "webhook",
    name: "On call",
    url: "https://hooks.example.com/ao",
    credential: { secret: "a-long-random-text" },
  },
} as const satisfies Resource;
