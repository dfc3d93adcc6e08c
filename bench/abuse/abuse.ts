import type { Harness } from "../harness/harness.ts";
export const abuse: Harness = { about: "", numbers: {}, run: async () => ({ violations: [], figures: {} }) };
