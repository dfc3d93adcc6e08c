import { vi } from "vitest";

/** Catches what is logged from here on. Answers a function that gives the lines of one event so far, parsed. */
export function catchLogLines(): (event?: string) => Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  for (const level of ["debug", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  }
  return (event) => lines.filter((line) => event === undefined || line.event === event);
}
