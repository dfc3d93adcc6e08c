import type { Hooks } from "../api/hooks.ts";
import { alertPolicyHooks } from "./alert-policies.ts";
import { channelHooks } from "./channels.ts";
import { digestHooks } from "./digests.ts";
import { experimentHooks } from "./experiments.ts";
import { invitationHooks } from "./invitations.ts";
import { keyHooks } from "./keys.ts";
import { memberHooks } from "./members.ts";
import { moneyRequestHooks } from "./money-requests.ts";
import { orgHooks } from "./orgs.ts";
import { priceHooks } from "./prices.ts";
import { providerHooks } from "./providers.ts";
import { routingRuleHooks } from "./routing-rules.ts";
import { teamMemberHooks } from "./team-members.ts";
import { teamHooks } from "./teams.ts";
import { walletHooks } from "./wallets.ts";

/** The behaviour of resources, by their name. One that is only stored has none. */
export const HOOKS: Readonly<Record<string, Hooks>> = {
  adjustment: moneyRequestHooks,
  alert_policy: alertPolicyHooks,
  channel: channelHooks,
  digest: digestHooks,
  experiment: experimentHooks,
  invitation: invitationHooks,
  key: keyHooks,
  member: memberHooks,
  org: orgHooks,
  price: priceHooks,
  provider: providerHooks,
  routing_rule: routingRuleHooks,
  team: teamHooks,
  team_member: teamMemberHooks,
  top_up: moneyRequestHooks,
  transfer: moneyRequestHooks,
  wallet: walletHooks,
};
