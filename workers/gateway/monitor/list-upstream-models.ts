import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { readBounded } from "../../../schema/http/read-json-body.ts";
import { isJsonObject, tryParseJson } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { readFailure, withoutCredentials } from "../pipeline/call-provider.ts";
import type { AuthorizeTools, ProviderAccount, ProviderAdapter } from "../providers/kit/provider.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";

/** What asking a provider for its models came to. */
export type Listed =
  /** `ids` without repeats. */
  | { readonly status: "listed"; readonly ids: readonly string[] }
  /** There is no list to be had: the kind has none, or this server does not serve one. It says nothing of its health. */
  | { readonly status: "no_list" }
  | { readonly status: "failed"; readonly error: UpstreamError };

/**
 * Asks for the list of models, which is free of charge everywhere. `pages_max` 1 is a probe. Never throws: a failure is
 * the answer, its text without credentials.
 */
export async function listUpstreamModels(
  adapter: ProviderAdapter,
  account: ProviderAccount,
  tools: AuthorizeTools,
  pages_max: number = LIMITS.monitor_list_pages,
): Promise<Listed> {
  const listing = adapter.listModels?.(account);
  if (listing === undefined) return { status: "no_list" };
  const signal = AbortSignal.timeout(LIMITS.monitor_probe_ms);
  const ids = new Set<string>();
  try {
    let url: string | null = listing.request.url;
    for (let page = 0; page < pages_max && url !== null; page += 1) {
      const { headers, method = "GET" } = listing.request;
      const asked = { method, url, headers, body: "" };
      const authorized = (await adapter.authorize?.(asked, account, tools)) ?? { headers: {} };
      if ("failed" in authorized) return failed(authorized.failed, account);
      const response: Response = await tools.fetch(url, {
        method,
        headers: { accept: "application/json", "user-agent": "ai-orchestrator/0.1", ...headers, ...authorized.headers },
        signal,
      });
      if (response.status === 404 || response.status === 405) {
        await response.body?.cancel();
        return { status: "no_list" };
      }
      if (!response.ok) return failed(await readFailure(adapter, response), account);
      const text = response.body === null ? "" : await readBounded(response.body, LIMITS.monitor_list_bytes);
      const body = text === null ? undefined : tryParseJson(text);
      if (!isJsonObject(body)) return failed(upstreamFailure("The list of models is not readable."), account);
      const read = listing.read(body);
      for (const id of read.ids) if (id !== "" && id.length <= LIMITS.model_name_chars) ids.add(id);
      url = nextPage(read.next_url, url);
    }
    return { status: "listed", ids: [...ids] };
  } catch (error) {
    if (signal.aborted) {
      return failed(
        upstreamFailure(`No list of models within ${LIMITS.monitor_probe_ms} ms.`, "timeout", 504),
        account,
      );
    }
    const name = error instanceof Error ? error.name : "error";
    return failed(upstreamFailure(`The provider could not be reached (${name}).`), account);
  }
}

/** The credential goes to the host that it is for, wherever a page says that the next one is. */
function nextPage(next: string | null, from: string): string | null {
  if (next === null || !URL.canParse(next, from)) return null;
  const url = new URL(next, from);
  return url.origin === new URL(from).origin ? url.href : null;
}

const failed = (error: UpstreamError, { credential }: ProviderAccount): Listed => ({
  status: "failed",
  error: { ...error, message: withoutCredentials(error.message, credential).slice(0, LIMITS.monitor_text_chars) },
});
