/**
 * Whether the caller wants an answer of the provider's own: `x-ao-cache: bypass`, or what HTTP has for it. What comes then
 * is not kept either, where `no-store` or `bypass` says so.
 */
export function readWish(headers: Headers): { readonly look: boolean; readonly keep: boolean } {
  const own = headers.get("x-ao-cache")?.trim().toLowerCase();
  const directives = (headers.get("cache-control") ?? "").toLowerCase().split(",");
  const says = (directive: string): boolean => directives.some((one) => one.trim() === directive);
  const keep = own !== "bypass" && !says("no-store");
  return { keep, look: keep && !says("no-cache") };
}
