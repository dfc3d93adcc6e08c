/** The kinds of channels as data: what one needs to be reached. How messages are sent is in channels/. */

export interface ChannelKindRow {
  /** For people. */
  readonly title: string;
  /** A `url` of its own: `required`, or `optional` where it only takes the place of `default_url`. */
  readonly url: "required" | "optional";
  /** Where `{region}` stands for the region. */
  readonly default_url: string | null;
  readonly needs_region: boolean;
  /** Whether a message goes to addresses, and comes from one. */
  readonly addressed: boolean;
  readonly credential: readonly CredentialField[];
}

export interface CredentialField {
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly required: boolean;
  /** Shorter is a mistake. */
  readonly least_chars: number;
}

const LEAST_CHARS = 16;

const field = (name: string, label: string, required = true): CredentialField => ({
  name,
  label,
  required,
  least_chars: LEAST_CHARS,
});

export const CHANNEL_KINDS = {
  webhook: {
    title: "Webhook",
    url: "required",
    default_url: null,
    needs_region: false,
    addressed: false,
    // While receivers change over from one secret to the next, both sign.
    credential: [field("secret", "Secret"), field("previous_secret", "Previous secret", false)],
  },
  ses: {
    title: "Amazon SES",
    url: "optional",
    default_url: "https://email.{region}.amazonaws.com",
    needs_region: true,
    addressed: true,
    credential: [
      field("access_key_id", "Access key id"),
      field("secret_access_key", "Secret access key"),
      field("session_token", "Session token", false),
    ],
  },
  sendgrid: {
    title: "SendGrid",
    url: "optional",
    default_url: "https://api.sendgrid.com",
    needs_region: false,
    addressed: true,
    credential: [field("api_key", "API key")],
  },
} as const satisfies Readonly<Record<string, ChannelKindRow>>;

export type ChannelKind = keyof typeof CHANNEL_KINDS;

export const isChannelKind = (name: string): name is ChannelKind => Object.hasOwn(CHANNEL_KINDS, name);

/** By name; null for a kind that this version does not know. */
export const channelKind = (name: string): ChannelKindRow | null => (isChannelKind(name) ? CHANNEL_KINDS[name] : null);
