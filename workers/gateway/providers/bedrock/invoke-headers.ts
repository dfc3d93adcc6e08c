/** What InvokeModel counted of the prompt; null where it does not say. A count that is none is NaN, which the meter refuses. */
export function inputTokensOf(headers: Headers | undefined): number | null {
  const counted = headers?.get("x-amzn-bedrock-input-token-count") ?? null;
  if (counted === null) return null;
  return /^\d{1,15}$/.test(counted) ? Number(counted) : Number.NaN;
}
