import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { convertUsage } from "./convert-usage.ts";
import { usagePart } from "./read-whole.ts";

/**
 * What a response says was used, as disjoint components, with the tier that served it; nothing when it says nothing. The
 * contract is that of Chat Completions under other names. Searches are billed by the piece and told beside the tokens.
 */
export function responseUsage(response: JsonObject, searches_seen: number): readonly Part[] {
  const { usage, service_tier } = response;
  if (!isJsonObject(usage)) return [];
  const converted = convertUsage({
    prompt_tokens: usage.input_tokens ?? null,
    prompt_tokens_details: usage.input_tokens_details ?? null,
    completion_tokens: usage.output_tokens ?? null,
    completion_tokens_details: usage.output_tokens_details ?? null,
  });
  if (converted === null) return [];
  const search = searchesTold(response) ?? searches_seen;
  return [usagePart(search === 0 ? converted : { ...converted, search }, service_tier)];
}

/** The searches that are billed, where the provider counts them; what it does not bill is not in it. */
function searchesTold({ tool_usage }: JsonObject): number | null {
  const told = isJsonObject(tool_usage) ? tool_usage.web_search : undefined;
  return isJsonObject(told) && typeof told.num_requests === "number" ? told.num_requests : null;
}

/** Whether an item of the output is a search that is billed: opening a page and finding something in it are not. */
export function isBilledSearch(item: Json | undefined): boolean {
  if (!isJsonObject(item) || item.type !== "web_search_call") return false;
  const action = isJsonObject(item.action) ? item.action.type : undefined;
  return action !== "open_page" && action !== "find_in_page";
}
