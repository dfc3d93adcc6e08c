import { permissionsOfRole, permissionsOfTeamRole } from "../../../schema/access/permissions.ts";
import { channelKind } from "../../../schema/notifications/channel-kinds.ts";
import { GIVING_TEAM_LEAD, RECIPIENT_GROUPS, type RecipientGroup } from "../../../schema/notifications/policy.ts";

/** A member of an org, and how they are reached. */
export interface Person {
  readonly user_id: string;
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

/** Whose money a request for money asks for. */
export interface Giving {
  /** The team of the wallet that would give. */
  readonly team_id: string;
  /** Everybody whom the requester is one person with: they do not decide about it. */
  readonly requester_ids: readonly string[];
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
 * such channel.
 * @param alert_kind null for what every channel takes
 * @param giving null where no team's money is asked for
 */
export function resolveRecipients(
  recipients: readonly string[],
  team_id: string | null,
  alert_kind: string | null,
  { people, channels }: Directory,
  giving: Giving | null = null,
): readonly Destination[] {
  const takes = ({ alert_kinds }: ChannelPlace): boolean =>
    alert_kind === null || alert_kinds === null || alert_kinds.includes(alert_kind);
  const all = recipients.includes("channels");
  const named = channels.filter((channel) => (all ? takes(channel) : false) || recipients.includes(channel.id));
  const mail = channels.find(isMail);
  const groups = recipients.filter(isGroup);
  const deciders = recipients.includes(GIVING_TEAM_LEAD) ? decidersAmong(people, giving) : [];
  const written =
    mail === undefined ? [] : [...groups.flatMap((group) => peopleOf(group, team_id, people)), ...deciders];
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

/** Those who may decide because of the team whose money it is. */
const decidersAmong = (people: readonly Person[], giving: Giving | null): readonly Person[] =>
  giving === null
    ? []
    : people.filter(
        ({ user_id, teams }) =>
          permissionsOfTeamRole(teams[giving.team_id] ?? "").has("money:approve") &&
          !giving.requester_ids.includes(user_id),
      );

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
