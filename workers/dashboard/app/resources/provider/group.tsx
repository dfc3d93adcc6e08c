import type { ReactNode } from "react";

/** Inputs that belong together, with a line on them and what is wrong with them as a whole. */
export const InputGroup = ({
  legend,
  hint,
  problem = null,
  children,
}: {
  readonly legend: string;
  readonly hint: string;
  readonly problem?: string | null;
  readonly children?: ReactNode;
}) => (
  <fieldset className="flex min-w-0 flex-col gap-3 rounded-lg border border-line px-4 pt-1 pb-4">
    <legend className="px-1 text-sm font-medium">{legend}</legend>
    <p className="text-xs text-ink-3">{hint}</p>
    {children}
    {problem === null ? null : (
      <p role="alert" className="text-xs font-medium text-bad-ink">
        {problem}
      </p>
    )}
  </fieldset>
);

/** What is wrong with the group itself, where no part of it is at fault. */
export const problemOfGroup = (
  problemOf: (param: string) => string | null,
  name: string,
  parts: readonly string[],
): string | null => (parts.some((part) => problemOf(`${name}.${part}`) !== null) ? null : problemOf(name));
