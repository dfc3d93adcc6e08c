import type { ProviderError } from "../../errors.ts";

/** The body of an error. What is wrong with a field is told in another shape than all else. */
export function errorJson({ status, message, type, param, code }: ProviderError): string {
  if (status === 401) return JSON.stringify({ detail: "Unauthorized" });
  if (status === 422) {
    const loc = ["body", ...(param ?? "").split(/[.[\]]+/).filter((step) => step !== "")];
    return JSON.stringify({ detail: [{ type: "value_error", loc, msg: message }] });
  }
  return JSON.stringify({ object: "error", message, type, param: null, code: code ?? "1000", raw_status_code: status });
}
