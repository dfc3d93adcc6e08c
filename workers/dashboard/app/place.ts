/** Where one is in the console: kept behind the # of the address, so that an invitation's token reaches no server log. */
export interface Place {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads `#/wallets/wal_01?sort=name`. What cannot be read is the first page. */
export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  try {
    return {
      path: path.split("/").filter(Boolean).map(decodeURIComponent),
      query: Object.fromEntries(new URLSearchParams(query)),
    };
  } catch {
    return { path: [], query: {} };
  }
}

/** The address of a place, for links. Empty values of the query are left out. */
export function hrefTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== "");
  const text = kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
  return `#/${path.map(encodeURIComponent).join("/")}${text}`;
}

export const samePath = (a: Place, b: Place): boolean => a.path.join("/") === b.path.join("/");
