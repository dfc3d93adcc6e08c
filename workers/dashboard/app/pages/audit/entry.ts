import type { AnswerOf } from "../../api/types.ts";
import { capital } from "../../lib/format.ts";
import type { Access } from "../../session/session.ts";
import type { Option } from "../../ui/select.tsx";

export type Entry = AnswerOf<"/v1/audit", "get">["data"][number];

/** What it was done to; null when that is nothing. */
export function targetOf({ target }: Entry): { readonly type: string; readonly id: string } | null {
  return target === null || target.type === null || target.id === null ? null : { type: target.type, id: target.id };
}

/** "wallet.updated" is "Wallet updated". */
export function actionWords(action: string): string {
  const [thing = "", ...verb] = action.split(".");
  return capital(`${thing} ${verb.join(" ")}`.replaceAll("_", " "));
}

/** What is done by operations of its own, beside making, changing and removing. */
const ACTIONS = [
  "cache_setting.deleted",
  "channel.tested",
  "delivery.replayed",
  "invitation.accepted",
  "invitation.revoked",
  "key.revoked",
  "key.rotated",
  "member.removed",
  "org.created",
  "org.data_key_rotated",
  "provider.models_synced",
  "provider.tested",
  "request.blocked",
  "request.texts_erased",
  "request.texts_read",
  "texts.erased",
  "wallet.archived",
] as const;

const VERBS = [
  ["create", "created"],
  ["update", "updated"],
  ["delete", "deleted"],
] as const;

/** The actions that may be in the log, to be chosen from; `chosen` is among them whatever it is. */
export function actionOptions(access: Access, chosen: string | null): readonly Option[] {
  const ofResources = access.resources.flatMap((resource) =>
    VERBS.filter(([operation]) => resource.can(operation)).map(([, verb]) => `${resource.name}.${verb}`),
  );
  const all = new Set([...ofResources, ...ACTIONS, ...(chosen === null ? [] : [chosen])]);
  return [...all].sort().map((action) => ({ value: action, label: actionWords(action) }));
}
