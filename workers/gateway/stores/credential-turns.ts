import type { ProviderAccount } from "../providers/kit/provider.ts";

interface Rest {
  readonly until: number;
  /** Another secret under the same name does not rest. */
  readonly credential: ProviderAccount["credential"];
}

/**
 * Which of a provider's credentials is taken, in the memory of one isolate: each in turn, without those that rest because
 * they were refused or rate limited.
 */
export class CredentialTurns {
  readonly #turn = new Map<string, number>();
  readonly #rests = new Map<string, Rest>();

  /**
   * The account with the credential whose turn it is, of those whose names are not among the `used`. For a new call, where
   * none was used, one that rests is better than none: the one that rests the shortest. Null where there is none.
   */
  take(
    org_id: string,
    accounts: readonly ProviderAccount[],
    used: ReadonlySet<string>,
    now: number,
  ): ProviderAccount | null {
    const [first] = accounts;
    if (first === undefined) return null;
    const left = accounts.filter((account) => !used.has(nameOf(account)));
    const ready = left.filter((account) => this.#restsUntil(org_id, account) <= now);
    if (ready.length === 0) return used.size > 0 ? null : this.#soonest(org_id, left);
    const place = `${org_id}/${first.id}`;
    const turn = this.#turn.get(place) ?? 0;
    this.#turn.set(place, turn + 1);
    return ready[turn % ready.length] ?? null;
  }

  /** It is not taken before `until`, milliseconds since the epoch, as long as there are others. */
  rest(org_id: string, account: ProviderAccount, until: number): void {
    this.#rests.set(placeOf(org_id, account), { until, credential: account.credential });
  }

  #soonest(org_id: string, accounts: readonly ProviderAccount[]): ProviderAccount | null {
    const [soonest] = accounts.toSorted((a, b) => this.#restsUntil(org_id, a) - this.#restsUntil(org_id, b));
    return soonest ?? null;
  }

  #restsUntil(org_id: string, account: ProviderAccount): number {
    const rest = this.#rests.get(placeOf(org_id, account));
    return rest !== undefined && same(rest.credential, account.credential) ? rest.until : 0;
  }
}

const nameOf = ({ credential_name = "" }: ProviderAccount): string => credential_name;

const placeOf = (org_id: string, account: ProviderAccount): string => `${org_id}/${account.id}/${nameOf(account)}`;

const same = (a: ProviderAccount["credential"], b: ProviderAccount["credential"]): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};
