import { describe, expect, test } from "vitest";
import {
  DEFAULT_POLICY,
  ladderSchema,
  type Policy,
  readPolicy,
  recipientsByKindSchema,
  recipientsOf,
} from "../../../schema/notifications/policy.ts";
import {
  type ChannelPlace,
  DESTINATIONS_MAX,
  type Giving,
  type Person,
  resolveRecipients,
} from "../../../workers/cron/notifications/resolve-recipients.ts";

describe("the escalation ladder", () => {
  test.each([
    [79, []],
    [80, ["team_lead", "channels"]],
    [90, ["team_lead", "channels"]],
    [95, ["team_lead", "finops", "channels"]],
    [99, ["team_lead", "finops", "channels"]],
    [100, ["everyone", "channels"]],
    [150, ["everyone", "channels"]],
  ])("without a policy tells at %i %% %j", (percent, told) => {
    expect(recipientsOf(DEFAULT_POLICY, "threshold", percent)).toEqual(told);
  });

  test("takes exhaustion for 100 %, whatever the order of its steps", () => {
    const policy: Policy = {
      ladder: [
        { percent: 100, recipients: ["team"] },
        { percent: 50, recipients: ["admins"] },
      ],
      recipients: {},
    };
    expect(recipientsOf(policy, "exhaustion", null)).toEqual(["team"]);
    expect(recipientsOf(policy, "threshold", 60)).toEqual(["admins"]);
  });

  test.each([
    ["anomaly", ["team_lead", "finops", "channels"]],
    ["provider", ["admins", "channels"]],
    ["security", ["admins", "channels"]],
    ["budget_request", ["admins", "giving_team_lead", "channels"]],
    ["bill", ["finops", "channels"]],
  ] as const)("is not asked about %s, which goes to %j unless the policy says otherwise", (kind, told) => {
    expect(recipientsOf(DEFAULT_POLICY, kind, null)).toEqual(told);
    expect(recipientsOf({ ...DEFAULT_POLICY, recipients: { [kind]: [] } }, kind, null)).toEqual([]);
  });

  test.each([
    [[]],
    [[{ percent: 0, recipients: ["team"] }]],
    [[{ percent: 80, recipients: [] }]],
    [[{ percent: 80, recipients: ["the boss"] }]],
    [
      [
        { percent: 80, recipients: ["team"] },
        { percent: 80, recipients: ["admins"] },
      ],
    ],
  ])("is refused as %j, and one in the database that does not fit is the default", (steps) => {
    expect(ladderSchema.safeParse(steps).success).toBe(false);
    expect(readPolicy(steps, {}).ladder).toEqual(DEFAULT_POLICY.ladder);
  });

  test("is not where recipients of other kinds belong", () => {
    expect(recipientsByKindSchema.safeParse({ threshold: ["team"] }).success).toBe(false);
    expect(recipientsByKindSchema.safeParse({ anomaly: ["giving_team_lead"] }).success).toBe(false);
    expect(recipientsByKindSchema.safeParse({ budget_request: ["giving_team_lead", "team"] }).success).toBe(true);
    expect(readPolicy(null, { anomaly: ["team"] }).recipients).toEqual({ anomaly: ["team"] });
  });
});

const person = (email: string, role: string, teams: Record<string, string> = {}): Person => ({
  user_id: `usr_${email}`,
  email,
  role,
  teams,
});

const people = [
  person("owner", "owner"),
  person("admin", "admin", { team_b: "lead" }),
  person("viewer", "viewer"),
  person("lead", "member", { team_a: "lead" }),
  person("member", "member", { team_a: "member", team_b: "member" }),
  person("outsider", "member"),
];

const place = (id: string, kind: string, changes: Partial<ChannelPlace> = {}): ChannelPlace => ({
  id,
  kind,
  addresses: [],
  alert_kinds: null,
  ...changes,
});

const mail = place("chn_mail", "ses", { addresses: ["box"] });
const hook = place("chn_hook", "webhook");
const picky = place("chn_picky", "webhook", { alert_kinds: ["security"] });
const channels = [hook, mail, place("chn_mail_2", "sendgrid"), picky];

/** E-mail addresses as they are, other places as `<channel>`. */
const told = (recipients: readonly string[], team_id: string | null, kind: string | null = "threshold") =>
  resolveRecipients(recipients, team_id, kind, { people, channels }).map(({ channel_id, recipient }) =>
    recipient === "" ? `<${channel_id}>` : recipient,
  );

describe("who is told", () => {
  test.each([
    [["team_lead"], "team_a", ["lead"]],
    [["team_lead"], "team_b", ["admin"]],
    [["team_lead"], "team_without_lead", ["owner", "admin", "viewer"]],
    [["team_lead"], null, ["owner", "admin", "viewer"]],
    [["team"], "team_a", ["lead", "member"]],
    [["team"], null, []],
    [["finops"], "team_a", ["owner", "admin", "viewer"]],
    [["admins"], "team_a", ["owner", "admin"]],
    [["everyone"], "team_a", ["lead", "member", "owner", "admin", "viewer"]],
    [["everyone"], null, ["owner", "admin", "viewer", "lead", "member", "outsider"]],
    [["team_lead", "finops"], "team_b", ["admin", "owner", "viewer"]],
  ])("as %j of %s are %j", (recipients, team_id, expected) => {
    expect(told(recipients, team_id)).toEqual(expected);
  });

  test("as channels are all that take the kind, an e-mail channel by its addresses", () => {
    expect(told(["channels"], null)).toEqual(["<chn_hook>", "box"]);
    expect(told(["channels"], null, "security")).toEqual(["<chn_hook>", "box", "<chn_picky>"]);
    expect(told(["channels"], null, null)).toEqual(["<chn_hook>", "box", "<chn_picky>"]);
  });

  test("as a channel is that one, whatever kinds it takes on its own, and once", () => {
    expect(told(["chn_picky", "chn_hook", "channels"], null)).toEqual(["<chn_hook>", "box", "<chn_picky>"]);
    expect(told(["chn_unknown"], null)).toEqual([]);
  });

  test("gets it by the oldest e-mail channel, and not at all without one", () => {
    const found = resolveRecipients(["admins"], null, "threshold", { people, channels });
    expect(new Set(found.map(({ channel_id }) => channel_id))).toEqual(new Set(["chn_mail"]));
    expect(resolveRecipients(["admins"], null, "threshold", { people, channels: [hook] })).toEqual([]);
  });

  test.each([
    ["its leads", "team_a", [], ["lead"]],
    ["its leads, and not who of them has asked", "team_a", ["key_1", "usr_lead"], []],
    ["nobody else where it has no lead", "team_without_lead", [], []],
    ["an admin who leads it, once", "team_b", [], ["admin"]],
  ])("of money of a team are %s", (_who, team_id, requester_ids, expected) => {
    const of = (recipients: readonly string[], giving: Giving | null) =>
      resolveRecipients(recipients, "team_a", "budget_request", { people, channels }, giving).map(
        ({ recipient }) => recipient,
      );
    expect(of(["giving_team_lead"], { team_id, requester_ids })).toEqual(expected);
    expect(of(["giving_team_lead"], null)).toEqual([]);
    expect(of(["admins", "giving_team_lead"], { team_id: "team_b", requester_ids })).toEqual(["owner", "admin"]);
  });

  test("is bounded", () => {
    const crowd = Array.from({ length: 2_000 }, (_, at) => person(`p${at}`, "member"));
    const found = resolveRecipients(["everyone", "channels"], null, "threshold", { people: crowd, channels });
    expect(found).toHaveLength(DESTINATIONS_MAX);
    expect(found[0]).toEqual({ channel_id: "chn_hook", recipient: "" });
  });
});
