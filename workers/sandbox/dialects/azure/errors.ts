import { errorJson as openAiErrorJson, type ProviderError } from "../../errors.ts";
import { filterResults } from "./content-filter.ts";

export const CONTENT_FILTER: ProviderError = {
  status: 400,
  message:
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
  type: "invalid_request_error",
  param: "prompt",
  code: "content_filter",
};

/** The body of an error. The gate before the models has a shape of its own: a code, which is the status, and a message. */
export function errorJson(error: ProviderError): string {
  const { status, message, code } = error;
  if (status === 401 || status === 404 || status === 429) {
    return JSON.stringify({
      error: { code: code === "model_not_found" ? "DeploymentNotFound" : String(status), message },
    });
  }
  if (code !== "content_filter") return openAiErrorJson(error);
  const innererror = { code: "ResponsibleAIPolicyViolation", content_filter_result: filterResults(true) };
  return JSON.stringify({ error: { message, type: null, param: error.param, code, status, innererror } });
}
