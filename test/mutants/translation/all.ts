import type { Mutant } from "../../../scripts/mutants/mutant.ts";
import { ANTHROPIC_MUTANTS } from "./anthropic.ts";
import { BEDROCK_MUTANTS } from "./bedrock.ts";
import { COHERE_MUTANTS } from "./cohere.ts";
import { KIT_MUTANTS } from "./kit.ts";
import { MISTRAL_MUTANTS } from "./mistral.ts";
import { OPENAI_MUTANTS } from "./openai.ts";
import { OPENAI_CHAT_MUTANTS } from "./openai-chat.ts";

/** Every bug in the translation that is hunted. */
export const TRANSLATION_MUTANTS: readonly Mutant[] = [
  ...ANTHROPIC_MUTANTS,
  ...BEDROCK_MUTANTS,
  ...COHERE_MUTANTS,
  ...KIT_MUTANTS,
  ...MISTRAL_MUTANTS,
  ...OPENAI_MUTANTS,
  ...OPENAI_CHAT_MUTANTS,
];
