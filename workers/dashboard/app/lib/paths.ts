/** Addresses of pages. Everything in a path is encoded; of several values of a parameter each is one, empty ones are left out. */
export function hrefTo(
  path: readonly string[],
  query: Readonly<Record<string, string | readonly string[] | null | undefined>> = {},
): string {
  const kept = Object.entries(query).flatMap(([name, given]) =>
    [given ?? []].flat().flatMap((value) => (value === "" ? [] : [[name, value]])),
  );
  const text = kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
  return `/${path.map(encodeURIComponent).join("/")}${text}`;
}

/** Where the pages of the console before these were: `#/create/keys` is `/keys/new` now. Null for any other hash. */
export function pathOfOldHash(hash: string): string | null {
  if (!hash.startsWith("#/")) return null;
  const [path = "", query = ""] = hash.slice(2).split("?", 2);
  const parts = path.split("/").filter(Boolean);
  const [first, second] = parts;
  // The token stays behind the #, where no server reads it.
  if (first === "invite" && second !== undefined) return `/invite#${second}`;
  const invitation = new URLSearchParams(query).get("invitation");
  if (first === "sign-in" && invitation !== null) return `/sign-in#${invitation}`;
  const now = first === "create" && second !== undefined ? [second, "new"] : parts;
  return `/${now.join("/")}${query === "" ? "" : `?${query}`}`;
}
