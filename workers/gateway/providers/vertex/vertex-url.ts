import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { PROVIDER_KINDS, VERTEX_REGION } from "../../../../schema/providers/kinds.ts";
import { parseServiceAccountKey } from "../../../../schema/providers/service-account-key.ts";
import type { ProviderAccount, Target } from "../kit/provider.ts";

const { default_base_url } = PROVIDER_KINDS.vertex;

/** Where Google's own accounts get their tokens. */
const GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token";

/**
 * Where a method of a model is: `projects/{project}/locations/{region}`, at the region's own host. Refused where the
 * provider's configuration names no such place. Source: Vertex AI, locations and endpoints.
 */
export function vertexUrl({ account, model }: Target, method: string): { readonly url: string } | Refused {
  const region = settingOf(account, "region") ?? "global";
  // A part of the host: what is none of Google's names would carry the token elsewhere.
  if (!VERTEX_REGION.test(region))
    return misconfigured("The provider's `settings.region` is no location of Vertex AI.");
  const project = projectOf(account);
  if (typeof project !== "string") return project;
  const place = `projects/${encodeURIComponent(project)}/locations/${region}`;
  const name = `publishers/google/models/${encodeURIComponent(model.upstream_id)}`;
  return { url: `${hostOf(account, region)}/v1/${place}/${name}:${method}` };
}

/**
 * Where the account's tokens are asked for: at Google, or beside a base URL that is none of Google's, which gets an
 * assertion that is good for itself alone. What the key says about it is never followed.
 */
export function tokenUrl({ base_url }: ProviderAccount): string {
  const { protocol, hostname } = new URL(base_url);
  const googles = protocol === "https:" && hostname.endsWith(".googleapis.com");
  return googles ? GOOGLE_TOKEN_URL : `${base_url}/token`;
}

/** Regions have hosts of their own, the multi-regions others, and `global` has the plain one. */
function hostOf({ base_url }: ProviderAccount, region: string): string {
  if (base_url !== default_base_url || region === "global") return base_url;
  return region === "us" || region === "eu"
    ? `https://aiplatform.${region}.rep.googleapis.com`
    : `https://${region}-aiplatform.googleapis.com`;
}

/** The one that is set, or the key's own. */
function projectOf(account: ProviderAccount): string | Refused {
  const project = settingOf(account, "project");
  if (project !== null) return project;
  const key = parseServiceAccountKey(account.credential.service_account_key ?? "");
  if ("problem" in key) return misconfigured(`The provider's service account key ${key.problem}`);
  return key.project_id ?? misconfigured("The provider has no project: set `settings.project`.");
}

function settingOf({ settings }: ProviderAccount, name: "region" | "project"): string | null {
  const value = settings[name];
  return typeof value === "string" && value !== "" ? value : null;
}

const misconfigured = (message: string): Refused =>
  refuse("upstream_auth_failed", { message: `${message} This is not your API key: ask an administrator.` });
