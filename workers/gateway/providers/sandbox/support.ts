export { SUPPORT } from "../openai/support.ts";
