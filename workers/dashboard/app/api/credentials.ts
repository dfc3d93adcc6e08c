import { remember, remembered } from "../lib/storage.ts";

/**
 * In which org the pages act, and as whom: by the session cookie, which no script sees, or by an API key that somebody
 * typed in. The key is kept by this tab alone (sessionStorage) and sent as Authorization; it is gone with the tab.
 */
export interface Credentials {
  readonly org_id: string | null;
  readonly api_key: string | null;
}

const CHOSEN_ORG = "ao-org";
const KEY = "ao-api-key";

let current: Credentials = { org_id: remembered(CHOSEN_ORG), api_key: readKey() };
const listeners = new Set<() => void>();
/** Called when the API says that one is not signed in any more. */
let onSignedOut: () => void = () => undefined;

export const credentials = (): Credentials => current;

export function chooseOrg(org_id: string | null): void {
  remember(CHOSEN_ORG, org_id);
  change({ ...current, org_id });
}

export function signInByKey(api_key: string | null): void {
  try {
    if (api_key === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, api_key);
  } catch {
    // It lives in memory then, until the page is loaded anew.
  }
  change({ ...current, api_key });
}

export function subscribeCredentials(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export const signedOut = (): void => onSignedOut();

function change(next: Credentials): void {
  current = next;
  for (const listener of listeners) listener();
}

function readKey(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
