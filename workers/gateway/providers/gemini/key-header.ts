import type { ProviderAccount } from "../kit/provider.ts";

export const keyHeader = ({ credential }: ProviderAccount): Readonly<Record<string, string>> => ({
  "x-goog-api-key": credential.api_key ?? "",
});
