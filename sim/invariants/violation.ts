/** What must always hold, under the names of docs/reliability.md. `I0`: nothing unexpected is thrown. */
export const INVARIANTS = {
  I0: "nothing unexpected is thrown",
  I1: "conservation",
  I2: "no overspend at any instant, in every scope",
  I3: "a hold ends exactly once",
  I4: "no hold outlives its deadline",
  I5: "what was dispatched is never refunded by expiry",
  I6: "same id, same answer",
  I7: "ledger, log and sums agree after quiescence",
  I10: "every dispatch ends in a record",
  I11: "an overage is its own posting",
  I12: "the ledger is append-only",
  I14: "no more is let in any window than the limits say",
  I15: "no refusal is false",
  I16: "the price of the hold is the price of the settlement",
  I17: "amounts are integers in range",
  I19: "evicting an object changes no answer",
  I20: "a revoked key is refused at once",
  I21: "no retry amplification",
  I23: "clock jumps break nothing",
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly problem: string;
  /** How many steps had begun. */
  readonly step: number;
  /** Virtual time. */
  readonly at: number;
}
