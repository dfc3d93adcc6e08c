import type { Mutant } from "../../../scripts/mutants/mutant.ts";
import { ANTHROPIC_MUTANTS } from "./anthropic.ts";
import { ANTHROPIC_MESSAGES_MUTANTS } from "./anthropic-messages.ts";
import { BEDROCK_MUTANTS } from "./bedrock.ts";
import { COHERE_MUTANTS } from "./cohere.ts";
import { GEMINI_MUTANTS } from "./gemini.ts";
import { KIT_MUTANTS } from "./kit.ts";
import { MISTRAL_MUTANTS } from "./mistral.ts";
import { OPENAI_MUTANTS } from "./openai.ts";
import { OPENAI_CHAT_MUTANTS } from "./openai-chat.ts";
import { OPENAI_RESPONSES_MUTANTS } from "./openai-responses.ts";

/** Every bug in the translation that is hunted. */
export const TRANSLATION_MUTANTS: readonly Mutant[] = [
  ...ANTHROPIC_MUTANTS,
  ...ANTHROPIC_MESSAGES_MUTANTS,
  ...BEDROCK_MUTANTS,
  ...COHERE_MUTANTS,
  ...GEMINI_MUTANTS,
  ...KIT_MUTANTS,
  ...MISTRAL_MUTANTS,
  ...OPENAI_MUTANTS,
  ...OPENAI_CHAT_MUTANTS,
  ...OPENAI_RESPONSES_MUTANTS,
];
