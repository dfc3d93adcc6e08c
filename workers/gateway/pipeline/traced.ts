import { isRefused } from "../../../schema/kernel/errors.ts";
import type { RequestScope } from "../http/request-scope.ts";

/** A step of a request, as a span where traces are wanted. Its error is the code of a refusal. */
export const traced = <Result extends object>(
  { trace }: RequestScope,
  name: string,
  run: () => Promise<Result>,
): Promise<Result> =>
  trace == null
    ? run()
    : trace.step(name, run, (result) => ({ error: isRefused(result) ? result.refused.code : null }));
