import { auditWebhookOwner } from "../../../schema/credential/owners.ts";
import { sealWith } from "../../../schema/credential/seal.ts";
import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { may } from "../access/actor.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { sealingKey } from "../credentials/keys.ts";

/** The org: its webhook needs a secret, so that whoever receives it can tell that it comes from here. */
export const orgHooks: Hooks = { update };

async function update(changes: Row, row: Row, context: HookContext): Promise<Prepared | Refused> {
  const { scope, actor } = context;
  // Whoever may correct books must not be able to do away with the second pair of eyes.
  if (changes.adjustment_approval_above_nano_usd !== undefined && !may(actor, "org:own")) {
    return refusePermission(actor, "org:own");
  }
  const url =
    changes.audit_webhook_url === undefined
      ? textOrNull(row, "audit_webhook_url")
      : textOrNull(changes, "audit_webhook_url");
  const secret = changes.audit_webhook_secret;
  const has_secret = secret === undefined ? textOrNull(row, "audit_webhook_secret") !== null : secret !== null;
  if (url !== null) {
    const checked = checkUrl(url, { allow_private: scope.config.AO_ALLOW_PRIVATE_UPSTREAMS });
    if (!checked.ok) {
      return refuse("invalid_request", {
        message: `\`audit_webhook_url\` ${URL_PROBLEMS[checked.problem]}.`,
        param: "audit_webhook_url",
      });
    }
    if (!has_secret) {
      return refuse("invalid_request", {
        message: "`audit_webhook_secret` is missing: without it nobody could tell who sends.",
        param: "audit_webhook_secret",
      });
    }
  }
  if (typeof secret !== "string") return {};
  const key = await sealingKey(scope, actor.org_id);
  const owner = auditWebhookOwner(textOf(row, "id"));
  return {
    values: { audit_webhook_secret: await sealWith(key.data_key, owner, { secret }, scope.effects) },
    before: key.statements,
    preconditions: key.preconditions,
  };
}
