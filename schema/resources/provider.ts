import * as z from "zod";
import { USAGE_COMPONENTS } from "../canonical/usage.ts";
import { MAIN_CREDENTIAL, namedCredentials } from "../credential/named-credential.ts";
import { MODEL_CAPABILITIES } from "../pricing/price.ts";
import { ratesInput, tiersInput } from "../pricing/rates-input.ts";
import { PROVIDER_KINDS } from "../providers/kinds.ts";
import { providers } from "../tables/tables.ts";
import { ENCODINGS } from "../wire/tokenizer-rpc.ts";
import { choice, type Field, flag, object, orNull, secret, text, url } from "./field.ts";
import type { Resource } from "./resource.ts";

const KINDS = Object.keys(PROVIDER_KINDS);
const [FIRST_KIND = "openai", ...OTHER_KINDS] = KINDS;

/**
 * A line for an HTTP header, or a whole file, by kind: which of them and in what form is checked by the names that the
 * kind has, see workers/dashboard/resources/provider-credential.ts.
 */
const credentialValue = z
  .string()
  .min(1)
  .max(8_000)
  .regex(/^[\x20-\x7e\t\r\n]+$/, "must be printable");

export const credentialInput = z.record(z.string().max(50), credentialValue);

const CREDENTIALS_MAX = 20;

/** One that has no `credential` keeps what is stored under its name. */
export const namedCredentialInput = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, "must be up to 40 small letters, digits, - and _")
    .refine((name) => name !== MAIN_CREDENTIAL, `must not be ${MAIN_CREDENTIAL}: that is \`credential\``),
  credential: credentialInput.optional(),
});

/** Names alone are shown. */
const credentials: Field = {
  description:
    'Further credentials of the same account, `[{"name":"second","credential":{"api_key":"…"}}]`: requests take them in turn with the main one, and go on to the next where one is refused or rate limited. The list replaces the one before; an entry without `credential` keeps what is stored under its name. Write-only but for the names.',
  input: z.array(namedCredentialInput).max(CREDENTIALS_MAX, `must have at most ${CREDENTIALS_MAX} entries`),
  output: z.array(z.object({ name: z.string() })),
  show: (stored) => namedCredentials(stored).map(({ name }) => ({ name })),
  widget: { kind: "json" },
};

/** By the names that the kind has, see schema/providers/kinds.ts: which of them, and their form, is checked there. */
export const settingsInput = z.record(z.string().max(50), z.string().min(1).max(2_000));

const milliseconds = z.int().min(1).max(3_600_000).optional();
const timeouts = z.object({ first_byte_ms: milliseconds, idle_ms: milliseconds, total_ms: milliseconds });

const modelShape = {
  id: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/, "must be printable and without spaces"),
  upstream_id: z.string().min(1).max(200).optional(),
  price: ratesInput.optional(),
  tiers: tiersInput.optional(),
  context_tokens: z.int().min(1).max(100_000_000).optional(),
  max_output_tokens: z.int().min(1).max(100_000_000).optional(),
  capabilities: z
    .array(z.enum(MODEL_CAPABILITIES, `must be one of ${MODEL_CAPABILITIES.join(", ")}`))
    .min(1)
    .max(MODEL_CAPABILITIES.length)
    .optional(),
  encoding: z.enum(ENCODINGS, `must be one of ${ENCODINGS.join(", ")}`).optional(),
  /** `openai/gpt-5`: what is left out is that model's. */
  base_model: z.string().min(1).max(200).optional(),
};

export const providerModelInput = z
  .object(modelShape)
  .refine(({ price, base_model }) => price !== undefined || base_model !== undefined, {
    path: ["price"],
    message: "is missing: a model without a price is not served. Give one, or the `base_model` whose price it has.",
  });

const rates = z.partialRecord(z.enum(USAGE_COMPONENTS), z.int().min(0));

/** What `providerModelInput` makes of one: rates in nano-dollars per million units. */
export const providerModel = z.object({
  ...modelShape,
  price: rates.optional(),
  tiers: z.array(z.object({ above_input_tokens: z.int(), rates })).optional(),
});
export type ProviderModel = z.infer<typeof providerModel>;

/** Not a column: each becomes a price of its own. */
const models: Field = {
  description:
    "Models with their prices, on top of those that are known for the kind. Each becomes a price from now on, see /v1/prices.",
  input: z.array(providerModelInput).max(200),
  output: z.never(),
  show: () => undefined,
  widget: { kind: "json" },
};

export const provider = {
  name: "provider",
  title: "Providers",
  path: "/v1/providers",
  tag: "Providers",
  description:
    "An upstream account. Its `id` is the first half of its models' names. The credential is kept sealed and is never shown again; sending another one replaces it without an interruption.",
  table: providers,
  id: "given",
  permissions: { read: "providers:read", write: "providers:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    kind: choice("Which API it speaks.", [FIRST_KIND, ...OTHER_KINDS]),
    name: text("What people call it.", 100),
    base_url: orNull(url("Where it is. Without one, the kind's own address.")),
    credential: secret(
      'What it is reached with, by kind: `{"api_key":"…"}` for most, `{"service_account_key":"…"}` with the text of the file for vertex. Write-only.',
      credentialInput.nullable(),
    ),
    credentials: orNull(credentials),
    region: orNull(text("Where it processes data, such as eu.", 50)),
    enabled: flag("Switched off, its models are not offered."),
    timeouts: orNull(object("Bounds of one call by stage; what is left out has its default.", timeouts)),
    settings: orNull(
      object(
        'What is particular to its kind, such as `{"api_version":"2024-10-21"}` for azure, `{"region":"europe-west4"}` for vertex.',
        settingsInput,
      ),
    ),
    models,
  },
  create: {
    required: ["kind"],
    optional: ["name", "base_url", "credential", "credentials", "region", "enabled", "timeouts", "settings", "models"],
  },
  update: ["name", "base_url", "credential", "credentials", "region", "enabled", "timeouts", "settings", "models"],
  filter: ["kind", "name", "region", "enabled"],
  sort: ["created_at", "id", "name"],
  columns: ["id", "kind", "name", "base_url", "region", "enabled", "has_credential"],
  example: {
    id: "openai",
    kind: "openai",
    name: "OpenAI",
    credential: { api_key: "sk-…" },
  },
} as const satisfies Resource;
