import { alert } from "./alert.ts";
import { alertPolicy } from "./alert-policy.ts";
import { channel } from "./channel.ts";
import { delivery } from "./delivery.ts";
import { digest } from "./digest.ts";
import { experiment } from "./experiment.ts";
import { invitation } from "./invitation.ts";
import { key } from "./key.ts";
import { member } from "./member.ts";
import { adjustment, topUp, transfer } from "./money-request.ts";
import { org } from "./org.ts";
import { price } from "./price.ts";
import { provider } from "./provider.ts";
import type { Resource } from "./resource.ts";
import { routingRule } from "./routing-rule.ts";
import { team } from "./team.ts";
import { teamMember } from "./team-member.ts";
import { wallet } from "./wallet.ts";

/** Every resource of the admin API, in the order in which pages list them. */
export const RESOURCES: readonly Resource[] = [
  wallet,
  transfer,
  adjustment,
  topUp,
  key,
  provider,
  price,
  routingRule,
  experiment,
  channel,
  alertPolicy,
  digest,
  alert,
  delivery,
  team,
  teamMember,
  member,
  invitation,
  org,
];
