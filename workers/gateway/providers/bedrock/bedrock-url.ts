import type { ProviderAccount } from "../kit/provider.ts";

const DEFAULT_REGION = "us-east-1";
const DEFAULT_BASE_URL = `https://bedrock-runtime.${DEFAULT_REGION}.amazonaws.com`;

/** The region in the names of AWS's own hosts, public, FIPS, dual-stack and of VPC endpoints. */
const REGION_IN_HOST = /(?:^|\/\/|\.)bedrock(?:-runtime)?(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\./;

/**
 * The region that a call is signed for: the one that the host names, because the host checks it; for another host (a proxy,
 * an endpoint with a name of its own) the account's setting.
 */
export function regionOf(account: ProviderAccount): string {
  const named = REGION_IN_HOST.exec(endpointOf(account))?.[1];
  return named ?? settingOf(account) ?? DEFAULT_REGION;
}

const settingOf = ({ settings }: ProviderAccount): string | null => {
  const { aws_region } = settings;
  return typeof aws_region === "string" && aws_region !== "" ? aws_region : null;
};

/** The runtime's address. An account that has only a region is reached at that region's host. */
function endpointOf(account: ProviderAccount): string {
  const region = settingOf(account);
  return account.base_url === DEFAULT_BASE_URL && region !== null
    ? DEFAULT_BASE_URL.replace(DEFAULT_REGION, region)
    : account.base_url;
}

/** A model's id, or the ARN of an inference profile, is one segment of the path: it is encoded once, slashes and colons too. */
export const modelUrl = (
  account: ProviderAccount,
  model: string,
  operation: "converse" | "converse-stream" | "invoke",
): string => `${endpointOf(account)}/model/${encodeURIComponent(model)}/${operation}`;

/** Models are listed by the control plane, which has a host of its own. */
export const controlUrl = (account: ProviderAccount, path: string): string =>
  `${endpointOf(account).replace("//bedrock-runtime", "//bedrock")}${path}`;
