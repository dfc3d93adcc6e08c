import type { ChatAnswer } from "../harness/chat.ts";
import type { Counts } from "../harness/counts.ts";
import type { Dice } from "../harness/dice.ts";
import type { Rig } from "../harness/platform.ts";
import type { Violations } from "../harness/violations.ts";
import type { MadeKey, MadeWallet } from "../harness/wallets.ts";
import type { Timeline } from "./timeline.ts";
import type { Tree } from "./tree.ts";

/** When something was done that holds from its answer on: it may have held since it was sent. */
export interface Since {
  readonly sent_at: number;
  /** Null while the answer is not there. */
  readonly answered_at: number | null;
}

/** A wallet's limit. Without one it is infinite. */
export interface Limit {
  /** The smallest that it may be at a moment: while a change is under way, the smaller of both. */
  readonly least: Timeline;
  /** The largest that it has been in this round. */
  most: number;
}

/** What the abusers of one round share: what was done, and what may be expected because of it. */
export interface World {
  readonly rig: Rig;
  readonly tree: Tree;
  readonly dice: Dice;
  readonly counts: Counts;
  readonly violations: Violations;
  readonly answers: ChatAnswer[];
  /** By idempotency key, the requests that used it. */
  readonly repeats: Map<string, string[]>;
  /** By wallet: what all requests started so far, on it or below, can hold or cost at their dearest. */
  readonly possible: ReadonlyMap<string, Timeline>;
  readonly limits: ReadonlyMap<string, Limit>;
  /** By wallet or key id, while it is frozen or revoked. */
  readonly stopped: Map<string, Since>;
  /** The clients go on until this. */
  over: boolean;
  /** Nobody answers: the runtime was killed and is not back yet. */
  down: boolean;
}

/** A wallet and all above it. */
export const pathOf = ({ wallet }: MadeKey): readonly MadeWallet[] => [wallet, ...wallet.above];

/** The keys that have not been revoked, and seldom one that has. */
export function someKey({ tree, stopped, dice }: World): MadeKey {
  const live = tree.keys.filter(({ id }) => !stopped.has(id));
  return dice.pick(dice.chance(0.02) ? tree.keys : live);
}
