/**
 * The master key of an installation and, while it is being replaced, the one before: `current` seals and wraps, either
 * opens. So a new one is introduced by setting AO_MASTER_KEY to it and AO_MASTER_KEY_PREVIOUS to the old one.
 */
export interface MasterKeys {
  readonly current: Uint8Array;
  readonly previous: Uint8Array | null;
}

/** The master keys of a parsed configuration. */
export const masterKeysOf = (config: {
  readonly AO_MASTER_KEY: Uint8Array;
  readonly AO_MASTER_KEY_PREVIOUS?: Uint8Array | undefined;
}): MasterKeys => ({ current: config.AO_MASTER_KEY, previous: config.AO_MASTER_KEY_PREVIOUS ?? null });
