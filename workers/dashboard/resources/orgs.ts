import { auditWebhookOwner } from "../../../schema/credential/owners.ts";
import { sealWith } from "../../../schema/credential/seal.ts";
import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { jurisdictionOf } from "../../../schema/kernel/jurisdiction.ts";
import { textsBucket } from "../../../schema/texts/bucket.ts";
import { may } from "../access/actor.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { sealingKey } from "../credentials/keys.ts";

/** The org: its webhook needs a secret, so that whoever receives it can tell that it comes from here. */
export const orgHooks: Hooks = {
  update,
  decorate: async (rows) => rows.map((row) => ({ data_jurisdiction: jurisdictionOf(textOf(row, "id")) })),
};

async function update(changes: Row, row: Row, context: HookContext): Promise<Prepared | Refused> {
  const { scope, actor } = context;
  // Whoever may correct books must not be able to do away with the second pair of eyes.
  if (changes.adjustment_approval_above_nano_usd !== undefined && !may(actor, "org:own")) {
    return refusePermission(actor, "org:own");
  }
  const problem = textsProblem(changes, row, context);
  if (problem !== null) return problem;
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
  if (typeof secret !== "string") {
    if (changes.store_texts !== true) return {};
    // The gateway seals with the newest data key of the org and makes none.
    const { statements, preconditions } = await sealingKey(scope, actor.org_id);
    return { before: statements, preconditions };
  }
  const key = await sealingKey(scope, actor.org_id);
  const owner = auditWebhookOwner(textOf(row, "id"));
  return {
    values: { audit_webhook_secret: await sealWith(key.data_key, owner, { secret }, scope.effects) },
    before: key.statements,
    preconditions: key.preconditions,
  };
}

/** Nothing is stored where there is no place for it in the org's jurisdiction, nor longer than the log it belongs to. */
function textsProblem(changes: Row, row: Row, { scope }: HookContext): Refused | null {
  if (changes.store_texts === true && textsBucket(scope.env, textOf(row, "id")) === null) {
    const binding = jurisdictionOf(textOf(row, "id")) === null ? "TEXTS" : "TEXTS_EU";
    return refuse("invalid_request", {
      message: `This deployment has nowhere to store texts of your organisation. Have its operator bind the bucket ${binding}.`,
      param: "store_texts",
    });
  }
  const { AO_LOG_DAYS } = scope.config;
  const days = changes.text_retention_days;
  if (typeof days !== "number" || AO_LOG_DAYS === 0 || days <= AO_LOG_DAYS) return null;
  return refuse("invalid_request", {
    message: `\`text_retention_days\` must be at most ${AO_LOG_DAYS}, as long as the request log is kept.`,
    param: "text_retention_days",
  });
}
