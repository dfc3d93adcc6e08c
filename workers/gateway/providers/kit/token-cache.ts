import type { UpstreamError } from "../../../../schema/canonical/parts.ts";

/** A token that was fetched. `expires_at`: milliseconds since the epoch. */
export type FetchedToken = { readonly token: string; readonly expires_at: number } | { readonly failed: UpstreamError };

export type CachedToken = { readonly token: string } | { readonly failed: UpstreamError };

export interface TokenCache {
  /**
   * The token of a key, fetched where none is at hand. The key must name everything that the token was given for, the
   * secret too: whoever knows a key is given its token.
   */
  get(key: string, now: number, fetchToken: () => Promise<FetchedToken>): Promise<CachedToken>;
}

/** So that a token does not end on its way to the provider. */
const RENEWED_BEFORE_MS = 60_000;
const ENTRIES_MAX = 1_000;
/**
 * A fetch dies with the request that began it, when its caller leaves, and whoever waited for it would hang. So others wait
 * only for so long, and then ask for themselves.
 */
const WAIT_MS = 5_000;

/** Tokens of providers, in the memory of this isolate: renewed a minute before they expire, fetched once at a time. */
export function createTokenCache(): TokenCache {
  const tokens = new Map<string, { readonly token: string; readonly expires_at: number }>();
  const flights = new Map<string, Promise<FetchedToken>>();

  const store = (key: string, token: { readonly token: string; readonly expires_at: number }): void => {
    // Deleting first moves the key to the young end, so that the oldest is what a full cache drops.
    tokens.delete(key);
    tokens.set(key, token);
    const oldest = tokens.size > ENTRIES_MAX ? tokens.keys().next() : null;
    if (oldest !== null && !oldest.done) tokens.delete(oldest.value);
  };

  const fly = (key: string, fetchToken: () => Promise<FetchedToken>): Promise<FetchedToken> => {
    const flight = fetchToken().finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  };

  const fetched = async (key: string, fetchToken: () => Promise<FetchedToken>): Promise<FetchedToken> => {
    const under_way = flights.get(key);
    if (under_way === undefined) return await fly(key, fetchToken);
    return (await inTime(under_way)) ?? (await fly(key, fetchToken));
  };

  return {
    get: async (key, now, fetchToken) => {
      const known = tokens.get(key);
      if (known !== undefined && now < known.expires_at - RENEWED_BEFORE_MS) return { token: known.token };
      const got = await fetched(key, fetchToken);
      if ("failed" in got) return got;
      store(key, got);
      return { token: got.token };
    },
  };
}

/** What a fetch of another request brings, or null when it takes too long. */
async function inTime(flight: Promise<FetchedToken>): Promise<FetchedToken | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), WAIT_MS);
  });
  try {
    return await Promise.race([flight, late]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
