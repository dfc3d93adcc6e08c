import { permissionsOfRole } from "../../../schema/access/permissions.ts";
import { channelKind } from "../../../schema/notifications/channel-kinds.ts";
import { RECIPIENT_GROUPS, type RecipientGroup } from "../../../schema/notifications/policy.ts";

/** A member of an org, and how they are reached. */
export interface Person {
  readonly email: string;
  readonly role: string;
  /** Their role in each team that they belong to, by the team's id. */
  readonly teams: Readonly<Record<string, string>>;
}

/** A channel that is switched on. The oldest first. */
export interface ChannelPlace {
  readonly id: string;
  readonly kind: string;
  readonly addresses: readonly string[];
  /** Null is all. */
  readonly alert_kinds: readonly string[] | null;
}

/** Who there is to tell. */
export interface Directory {
  readonly people: readonly Person[];
  readonly channels: readonly ChannelPlace[];
}

/** Where one message goes. */
export interface Destination {
  readonly channel_id: string;
  /** An e-mail address; empty where the channel itself is the receiver. */
  readonly recipient: string;
}

/** Nobody means to write to more by one alert: what is over it is left out. */
export const DESTINATIONS_MAX = 500;

const isGroup = (name: string): name is RecipientGroup => RECIPIENT_GROUPS.some((group) => group === name);

/**
 * Where a message goes, each place once. People get theirs by the org's oldest e-mail channel, and none when there is no
 * such channel. `alert_kind` is null for what every channel takes.
 */
export function resolveRecipients(
  recipients: readonly string[],
  team_id: string | null,
  alert_kind: string | null,
  { people, channels }: Directory,
): readonly Destination[] {
  const takes = ({ alert_kinds }: ChannelPlace): boolean =>
    alert_kind === null || alert_kinds === null || alert_kinds.includes(alert_kind);
  const all = recipients.includes("channels");
  const named = channels.filter((channel) => (all ? takes(channel) : false) || recipients.includes(channel.id));
  const mail = channels.find(isMail);
  const groups = recipients.filter(isGroup);
  const written = mail === undefined ? [] : groups.flatMap((group) => peopleOf(group, team_id, people));
  const found = [
    ...named.flatMap(placesOf),
    ...written.map(({ email }) => ({ channel_id: mail?.id ?? "", recipient: email })),
  ];
  const once = new Map(found.map((place) => [`${place.channel_id}/${place.recipient}`, place]));
  return [...once.values()].slice(0, DESTINATIONS_MAX);
}

const isMail = ({ kind }: ChannelPlace): boolean => channelKind(kind)?.addressed === true;

function placesOf(channel: ChannelPlace): readonly Destination[] {
  const recipients = isMail(channel) ? channel.addresses : [""];
  return recipients.map((recipient) => ({ channel_id: channel.id, recipient }));
}

const mayRead = ({ role }: Person): boolean => permissionsOfRole(role).has("chargeback:read");
const mayApprove = ({ role }: Person): boolean => permissionsOfRole(role).has("money:approve");

function peopleOf(group: RecipientGroup, team_id: string | null, people: readonly Person[]): readonly Person[] {
  const inTeam = team_id === null ? [] : people.filter(({ teams }) => teams[team_id] !== undefined);
  switch (group) {
    case "team_lead": {
      const leads = inTeam.filter(({ teams }) => team_id !== null && teams[team_id] === "lead");
      return leads.length > 0 ? leads : people.filter(mayRead);
    }
    case "team":
      return inTeam;
    case "finops":
      return people.filter(mayRead);
    case "admins":
      return people.filter(mayApprove);
    case "everyone":
      return team_id === null ? people : [...inTeam, ...people.filter(mayRead)];
    case "channels":
      return [];
  }
}
