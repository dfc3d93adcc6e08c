import type { UpstreamError } from "../../../../schema/canonical/parts.ts";

/** A failure that we state ourselves, because the provider said nothing usable: no code, no field, no advice. */
export const upstreamFailure = (
  message: string,
  kind: UpstreamError["class"] = "failed",
  status = 502,
): UpstreamError => ({ class: kind, status, message, code: null, param: null, retry_after_ms: null });
