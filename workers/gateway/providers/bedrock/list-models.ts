import * as z from "zod";
import type { ModelListing, ProviderAccount } from "../kit/provider.ts";
import { controlUrl } from "./bedrock-url.ts";

const models = z.object({ modelSummaries: z.array(z.object({ modelId: z.string() })) });
const profiles = z.object({
  inferenceProfileSummaries: z.array(z.object({ inferenceProfileId: z.string(), inferenceProfileArn: z.string() })),
  nextToken: z.string().nullish(),
});

/**
 * The models of the region, and after them the inference profiles, under which many can only be called. Both the id and the
 * ARN of a profile name it. Source: the Amazon Bedrock API reference, ListFoundationModels and ListInferenceProfiles.
 */
export const listModels = (account: ProviderAccount): ModelListing => {
  const profilesUrl = controlUrl(account, "/inference-profiles?maxResults=1000");
  return {
    request: { url: controlUrl(account, "/foundation-models"), headers: {} },
    read: (body) => {
      const listed = models.safeParse(body);
      if (listed.success) {
        return { ids: listed.data.modelSummaries.map(({ modelId }) => modelId), next_url: profilesUrl };
      }
      const page = profiles.safeParse(body);
      if (!page.success) return { ids: [], next_url: null };
      const { inferenceProfileSummaries, nextToken } = page.data;
      return {
        ids: inferenceProfileSummaries.flatMap((profile) => [profile.inferenceProfileId, profile.inferenceProfileArn]),
        next_url: nextToken ? `${profilesUrl}&nextToken=${encodeURIComponent(nextToken)}` : null,
      };
    },
  };
};
