import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";

/** The refusal of a message in OpenAI's old role for a function's result. `path` is the message's. */
export const refuseFunctionRole = (path: string): Refused =>
  refuse("unsupported_parameter", {
    param: `${path}.role`,
    message: 'The provider has no messages of role "function". Use tool_calls and role "tool".',
  });
