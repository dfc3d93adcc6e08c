import type { Permission } from "../../../schema/access/permissions.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { Actor } from "./actor.ts";

/** 403 that names what is missing, so that the reader knows what to ask for. */
export function refusePermission(actor: Actor, permission: Permission): Refused {
  const who = actor.type === "key" ? "This key" : `Your role (${actor.role})`;
  return refuse("forbidden", {
    message: `${who} lacks the permission ${permission}. Ask an owner of the organisation.`,
  });
}

/** 403 for handing out more than one has. */
export const refuseExcess = (what: string): Refused =>
  refuse("forbidden", { message: `${what} may do more than you may yourself, so you cannot give or change it.` });
