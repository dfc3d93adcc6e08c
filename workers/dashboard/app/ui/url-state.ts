import { useLocation } from "@tanstack/react-router";
import { useMemo } from "react";
import { useNavigate } from "./link.tsx";

/** What parameters are changed to: of several values each is one; null, "" and none remove the parameter. */
export type UrlChange = Readonly<Record<string, string | readonly string[] | null>>;

export interface UrlState {
  /** The value of a parameter, the first of several, or null. */
  get(name: string): string | null;
  /** All values of a parameter, each once, in the order of the address. */
  values(name: string): readonly string[];
  /** Sets parameters. Replaces the entry of the history, as a filter is no step back. */
  set(change: UrlChange): void;
  /** The address with these parameters changed. */
  href(change: UrlChange): string;
  /** The first value of each parameter. */
  readonly all: Readonly<Record<string, string>>;
}

/** Filters, sorting, tabs and ranges live in the address: a link shows the same. */
export function useUrlState(): UrlState {
  const { pathname, searchStr } = useLocation();
  const navigate = useNavigate();
  return useMemo(() => {
    const now = new URLSearchParams(searchStr);
    return {
      all: Object.fromEntries([...now].reverse()),
      get: (name) => now.get(name),
      values: (name) => [...new Set(now.getAll(name))],
      set: (change) => navigate(changed(pathname, location.search, change), { replace: true }),
      href: (change) => changed(pathname, searchStr, change),
    };
  }, [pathname, searchStr, navigate]);
}

function changed(pathname: string, search: string, change: UrlChange): string {
  const next = new URLSearchParams(search);
  for (const [name, given] of Object.entries(change)) {
    const [first, ...more] = new Set([given ?? []].flat().filter((value) => value !== ""));
    if (first === undefined) next.delete(name);
    else next.set(name, first);
    for (const value of more) next.append(name, value);
  }
  const text = next.toString();
  return text === "" ? pathname : `${pathname}?${text}`;
}
