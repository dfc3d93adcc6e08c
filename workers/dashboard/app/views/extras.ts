import { keyExtras } from "./key.ts";
import { moneyRequestExtras } from "./money-request.ts";
import { orgExtras } from "./org.ts";
import { providerExtras } from "./provider.ts";
import type { Extras, Subject } from "./subject.ts";
import { walletExtras } from "./wallet.ts";

/** What can be done with one kind of thing only, by the resource's name. */
const EXTRAS: Readonly<Record<string, (subject: Subject) => Extras | Promise<Extras>>> = {
  adjustment: moneyRequestExtras,
  key: keyExtras,
  org: orgExtras,
  provider: providerExtras,
  transfer: moneyRequestExtras,
  wallet: walletExtras,
};

const NOTHING: Extras = { actions: [], sections: [] };

export const extrasOf = async (subject: Subject): Promise<Extras> =>
  (await EXTRAS[subject.resource.name]?.(subject)) ?? NOTHING;
