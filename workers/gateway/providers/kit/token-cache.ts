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
 * A promise that belongs to a request's context dies with that request, and whoever waits for it would hang. So a fetch is
 * shared only for so long; then the next one asks for itself.
 */
const SHARED_MS = 10_000;

interface Flight {
  readonly since: number;
  readonly token: Promise<FetchedToken>;
}

/** Tokens of providers, in the memory of this isolate: renewed a minute before they expire, fetched once at a time. */
export function createTokenCache(): TokenCache {
  const tokens = new Map<string, { readonly token: string; readonly expires_at: number }>();
  const flights = new Map<string, Flight>();

  const store = (key: string, token: { readonly token: string; readonly expires_at: number }): void => {
    // Deleting first moves the key to the young end, so that the oldest is what a full cache drops.
    tokens.delete(key);
    tokens.set(key, token);
    const oldest = tokens.size > ENTRIES_MAX ? tokens.keys().next() : null;
    if (oldest !== null && !oldest.done) tokens.delete(oldest.value);
  };

  const fly = (key: string, now: number, fetchToken: () => Promise<FetchedToken>): Promise<FetchedToken> => {
    const under_way = flights.get(key);
    if (under_way !== undefined && now - under_way.since < SHARED_MS) return under_way.token;
    const flight: Flight = {
      since: now,
      token: fetchToken().finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      }),
    };
    flights.set(key, flight);
    return flight.token;
  };

  return {
    get: async (key, now, fetchToken) => {
      const known = tokens.get(key);
      if (known !== undefined && now < known.expires_at - RENEWED_BEFORE_MS) return { token: known.token };
      const fetched = await fly(key, now, fetchToken);
      if ("failed" in fetched) return fetched;
      store(key, fetched);
      return { token: fetched.token };
    },
  };
}
