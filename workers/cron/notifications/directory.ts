import type { Database } from "../env.ts";
import type { ChannelPlace, Directory, Person } from "./resolve-recipients.ts";

interface PersonRow {
  readonly user_id: string;
  readonly email: string;
  readonly role: string;
  readonly teams: string;
}

interface ChannelRow {
  readonly id: string;
  readonly kind: string;
  readonly addresses: string;
  readonly alert_kinds: string | null;
}

/** Whom an org has, and which of its channels are switched on. Throws what D1 throws. */
export async function readDirectory(db: Database, org_id: string): Promise<Directory> {
  const [people, channels] = await Promise.all([
    db.prepare(PEOPLE).bind(org_id).all<PersonRow>(),
    db.prepare(CHANNELS).bind(org_id).all<ChannelRow>(),
  ]);
  return {
    people: people.results.map((row): Person => ({ ...row, teams: JSON.parse(row.teams) })),
    channels: channels.results.map(
      ({ addresses, alert_kinds, ...row }): ChannelPlace => ({
        ...row,
        addresses: JSON.parse(addresses),
        alert_kinds: alert_kinds === null ? null : JSON.parse(alert_kinds),
      }),
    ),
  };
}

const PEOPLE = `
  SELECT users.id AS user_id, users.email, members.role, (
    SELECT json_group_object(team_id, role) FROM team_members WHERE team_members.member_id = members.id
  ) AS teams
  FROM members JOIN users ON users.id = members.user_id WHERE members.org_id = ?1 ORDER BY members.id`;

const CHANNELS = `
  SELECT id, kind, addresses, alert_kinds FROM channels WHERE org_id = ?1 AND enabled = 1 ORDER BY created_at, id`;
