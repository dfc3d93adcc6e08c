import { unreachable } from "../../schema/kernel/unreachable.ts";
import { type Call, clientGone, errorResponse } from "./call.ts";
import type { Controls } from "./controls.ts";
import { type ProviderError, serverError } from "./errors.ts";
import type { SandboxModel } from "./models/catalogue.ts";
import type { FlakyCounts } from "./models/flaky.ts";
import { refusal } from "./models/refusals.ts";

/** Another host, which does not exist: whoever follows the redirect takes the caller's credential there. */
const ELSEWHERE = "https://elsewhere.invalid/v1/chat/completions";

const GARBAGE = "<!doctype html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n";

const HUNG_TOO_LONG: ProviderError = {
  status: 504,
  message: "The sandbox model hang gave up waiting for you to give up.",
  type: "server_error",
  param: null,
  code: null,
};

/** How a model fails before it says anything, on whatever route; null if it does not. */
export async function answerFault(
  call: Call,
  model: SandboxModel,
  controls: Controls,
  flaky: FlakyCounts,
): Promise<Response | null> {
  switch (model.kind) {
    case "refusal":
      return errorResponse(call, refusal(model.refusal, controls));
    case "flaky": {
      const outcome = flaky.next(controls.flaky_id, call.seen.request_id, controls.fail_times);
      return outcome === "fail" ? errorResponse(call, serverError()) : null;
    }
    case "hang": {
      const how = await call.effects.sleep(controls.hang_ms, call.stop.signal);
      return how === "aborted" ? clientGone() : errorResponse(call, HUNG_TOO_LONG);
    }
    case "redirect": {
      const headers = new Headers(call.headers);
      headers.set("location", controls.location ?? ELSEWHERE);
      return new Response(null, { status: 302, headers });
    }
    case "garbage": {
      const headers = new Headers(call.headers);
      headers.set("content-type", "text/html; charset=utf-8");
      return new Response(GARBAGE, { headers });
    }
    case "chat":
    case "big_line":
    case "embedding":
      return null;
    default:
      return unreachable(model);
  }
}
