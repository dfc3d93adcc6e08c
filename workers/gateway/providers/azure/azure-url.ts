import type { ProviderAccount, Target } from "../kit/provider.ts";

/**
 * Where an operation is. With an API version in the account's settings it is the deployment's own path, as dated API
 * versions have it; without one it is the v1 path, which takes the deployment's name as the model of the body.
 */
export function azureUrl({ account, model }: Target, operation: string): string {
  const version = apiVersion(account);
  if (version === null) return `${resourceUrl(account)}/openai/v1${operation}`;
  const deployment = encodeURIComponent(model.upstream_id);
  return `${resourceUrl(account)}/openai/deployments/${deployment}${operation}?api-version=${encodeURIComponent(version)}`;
}

/** Whether an account is on the v1 path, where alone the newer operations are. */
export const isOnV1 = (account: ProviderAccount): boolean => apiVersion(account) === null;

/** The models that the resource could deploy. Which it has deployed, only Azure's management API tells. */
export function azureModelsUrl(account: ProviderAccount): string {
  const version = apiVersion(account);
  if (version === null) return `${resourceUrl(account)}/openai/v1/models`;
  return `${resourceUrl(account)}/openai/models?api-version=${encodeURIComponent(version)}`;
}

/** The resource's own address. What Azure shows as the endpoint has one of the paths behind it in places. */
const resourceUrl = ({ base_url }: ProviderAccount): string => base_url.replace(/\/openai(\/v1)?$/, "");

function apiVersion({ settings }: ProviderAccount): string | null {
  const { api_version } = settings;
  return typeof api_version === "string" && api_version !== "" ? api_version : null;
}
