import type { Harness } from "../harness/harness.ts";
export const admits: Harness = { about: "", numbers: {}, run: async () => ({ violations: [], figures: {} }) };
