/** What removing one is called, and what it means, by the resource's name. What is not named here is deleted. */
export interface Removal {
  readonly verb: string;
  readonly done: string;
  readonly means: string;
}

const REMOVALS: Readonly<Record<string, Removal>> = {
  key: {
    verb: "Revoke",
    done: "revoked",
    means: "Every request with this key is refused from now on. That cannot be undone.",
  },
  wallet: {
    verb: "Archive",
    done: "archived",
    means: "Nothing is spent from it any more. Its ledger stays. That cannot be undone.",
  },
  member: {
    verb: "Remove",
    done: "removed",
    means: "This person loses access to the organisation at once, and their places in teams.",
  },
  invitation: { verb: "Revoke", done: "revoked", means: "Its link opens nothing any more." },
  provider: {
    verb: "Delete",
    done: "deleted",
    means:
      "Its models are not offered any more, and its credential is gone. Prices of its own stay for what was charged: a new provider with this ID begins without them.",
  },
};
const DELETION: Removal = { verb: "Delete", done: "deleted", means: "That cannot be undone." };

export const removalOf = (resource: string): Removal => REMOVALS[resource] ?? DELETION;

/** Removals that stop work at once ask for the name to be typed. */
export const asksForName = (resource: string): boolean => ["wallet", "provider"].includes(resource);
