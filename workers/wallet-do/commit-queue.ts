import type { Change } from "./core/change.ts";

export interface CommitEffects {
  /** Stores all of it or nothing; throws when nothing was stored. */
  commit(changes: readonly Change[]): void;
  /** Called when nothing was stored: memory holds decisions that never were. */
  discard(): void;
  /** Resolves once the commit before is on the disk; at once when there is none on its way. */
  ready(): Promise<void>;
}

interface Batch {
  readonly changes: Change[];
  readonly done: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Group commit. Commands are decided one after the other in memory; each then waits here for its changes to be stored.
 * The first one asks whether the commit before is on the disk. In an idle wallet it is, and the changes are stored at
 * once. In a busy one the commands that arrive meanwhile join, and what all of them changed is one transaction and one
 * sync of the disk. So it adapts by itself: nothing waits for a timer, and no load has to be guessed.
 *
 * A failed commit fails every command of the batch, also those that only read: they may have seen what was never stored.
 */
export class CommitQueue {
  private batch: Batch | null = null;
  private readonly effects: CommitEffects;

  constructor(effects: CommitEffects) {
    this.effects = effects;
  }

  /** Takes changes that were applied to memory. */
  gather(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.batch ??= this.open();
    this.batch.changes.push(...changes);
  }

  /** Resolves once everything that was gathered so far is stored: what an answer rests on. */
  committed(): Promise<void> {
    if (this.batch === null) return Promise.resolve();
    return this.batch.done;
  }

  /** Stores what has gathered, now. A failure is reported to the commands that wait. */
  flush(): void {
    const { batch } = this;
    if (batch === null) return;
    this.batch = null;
    try {
      this.effects.commit(batch.changes);
    } catch (error) {
      batch.reject(error);
      this.effects.discard();
      return;
    }
    batch.resolve();
  }

  /** Gives up what has gathered: memory cannot be trusted any more. */
  abort(error: unknown): void {
    const { batch } = this;
    this.batch = null;
    batch?.reject(error);
    this.effects.discard();
  }

  private open(): Batch {
    this.effects.ready().then(
      () => this.flush(),
      (error: unknown) => this.abort(error),
    );
    return newBatch();
  }
}

function newBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A batch whose callers are all gone must not count as an unhandled rejection.
  promise.catch(() => undefined);
  return { changes: [], done: promise, resolve: () => resolve(), reject };
}
