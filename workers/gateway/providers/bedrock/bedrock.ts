import { isRefused } from "../../../../schema/kernel/errors.ts";
import { createAwsEventReader } from "../kit/aws-event-stream.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { authorize } from "./authorize.ts";
import { modelUrl } from "./bedrock-url.ts";
import { convertRequest } from "./convert-request.ts";
import { embeddings } from "./embeddings.ts";
import { listModels } from "./list-models.ts";
import { readError } from "./read-error.ts";
import { readWhole } from "./read-whole.ts";
import { rerank } from "./rerank.ts";
import { type BedrockState, streamFold } from "./stream-fold.ts";
import { SUPPORT } from "./support.ts";

/** Amazon Bedrock by its Converse API, which is the same for all models that speak; others are invoked in their own way. */
export const bedrock: ProviderAdapter<BedrockState> = {
  kind: "bedrock",
  native_dialect: null,
  support: SUPPORT,
  translate(input) {
    const converted = convertRequest(input);
    if (isRefused(converted)) return converted;
    const { body, ...rest } = converted;
    return {
      call: {
        url: modelUrl(
          input.account,
          input.model.upstream_id,
          input.request.stream === true ? "converse-stream" : "converse",
        ),
        headers: {},
        body: JSON.stringify(body),
      },
      ...rest,
    };
  },
  readWhole,
  stream: streamFold,
  createReader: createAwsEventReader,
  embeddings,
  rerank,
  authorize,
  listModels,
  readError,
};
