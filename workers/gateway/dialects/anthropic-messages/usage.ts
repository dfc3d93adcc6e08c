import type { Usage } from "../../../../schema/canonical/usage.ts";

/** Components as the Messages API reports them: the prompt without what came from or went to the cache. */
export const toMessagesUsage = (usage: Usage) => ({
  input_tokens: (usage.input ?? 0) + (usage.audio_input ?? 0) + (usage.image_input ?? 0),
  cache_creation_input_tokens: (usage.cached_write_5m ?? 0) + (usage.cached_write_1h ?? 0),
  cache_read_input_tokens: usage.cached_read ?? 0,
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cached_write_5m ?? 0,
    ephemeral_1h_input_tokens: usage.cached_write_1h ?? 0,
  },
  output_tokens: (usage.output ?? 0) + (usage.reasoning ?? 0) + (usage.audio_output ?? 0) + (usage.image_output ?? 0),
});
