import type { FunctionTime } from "../profile/cpu-profile.ts";
import type { IsolateProfile } from "../profile/profile.ts";
import { figure, table } from "./table.ts";

const MODULES_SHOWN = 20;
const FUNCTIONS_SHOWN = 24;

/** Where the time of one isolate goes, by module and by function. */
export function profileReport(profile: IsolateProfile): string {
  const { functions, isolate_us } = profile;
  const share = (us: number): string => `${((us / isolate_us) * 100).toFixed(1)} %`;
  return [
    `${profile.worker}, ${profile.target}, c = ${profile.concurrency}: ${figure(isolate_us)} µs a request in the isolate, ` +
      `${figure(profile.process_us)} in the process, ${profile.requests} requests`,
    table(
      ["module", "self µs/req", "of the isolate"],
      byModule(functions)
        .slice(0, MODULES_SHOWN)
        .map(([module, us]) => [module, figure(us), share(us)]),
    ),
    table(
      ["function", "self µs/req", "with callees"],
      functions
        .slice(0, FUNCTIONS_SHOWN)
        .map(({ name, module, self_us, total_us }) => [`${name} (${module})`, figure(self_us), figure(total_us)]),
    ),
  ].join("\n\n");
}

/** Self time by module; the runtime's own functions by name, since each is another cost. */
export function byModule(functions: readonly FunctionTime[]): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { module, name, self_us } of functions) {
    const key = module === "runtime" ? `runtime: ${name}` : module;
    sums.set(key, (sums.get(key) ?? 0) + self_us);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}
