import { Monitor, Moon, Sun } from "lucide-react";
import { announce } from "../ui/announce.ts";
import { IconButton } from "../ui/button.tsx";
import { setTheme, type Theme, useTheme } from "./theme.ts";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

export function ThemeToggle() {
  const theme = useTheme();
  const next = NEXT[theme];
  return (
    <IconButton
      icon={ICONS[theme]}
      label={`Theme: ${theme}. Switch to ${next}`}
      onClick={() => {
        setTheme(next);
        announce(`Theme: ${next}`);
      }}
    />
  );
}
