import { useSyncExternalStore } from "react";
import { remember, remembered } from "../lib/storage.ts";

/** `static/theme.js` applies what is remembered before the first paint. */
const KEY = "ao-theme";

export type Theme = "system" | "light" | "dark";

const listeners = new Set<() => void>();

function current(): Theme {
  const theme = remembered(KEY);
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function setTheme(theme: Theme): void {
  remember(KEY, theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
