import { useLocation } from "@tanstack/react-router";
import { Menu as MenuIcon, Search } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { remember, remembered } from "../lib/storage.ts";
import { IconButton } from "../ui/button.tsx";
import { AccountMenu, OrgMenu } from "./menus.tsx";
import { Sidebar } from "./sidebar.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";

const Palette = lazy(() => import("./palette.tsx"));
const NavDrawer = lazy(() => import("./nav-drawer.tsx"));

const COLLAPSED = "ao-sidebar";

/** What stands around every page inside the console. */
export function ConsoleShell({ children }: { readonly children: ReactNode }) {
  const { pathname } = useLocation();
  const [collapsed, setCollapsed] = useState(remembered(COLLAPSED) === "collapsed");
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState<"closed" | "open" | "unloaded">("unloaded");

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPalette((now) => (now === "open" ? "closed" : "open"));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere is done with the menu
  useEffect(() => setDrawer(false), [pathname]);

  return (
    <div className="flex min-h-dvh">
      <div
        className={cx(
          "sticky top-0 hidden h-dvh shrink-0 border-r border-line bg-surface md:block",
          collapsed ? "w-14" : "w-58",
        )}
      >
        <Sidebar
          collapsed={collapsed}
          onCollapse={(next) => {
            setCollapsed(next);
            remember(COLLAPSED, next ? "collapsed" : null);
          }}
        />
      </div>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-canvas px-4 sm:px-6">
          <IconButton
            icon={MenuIcon}
            label="Menu"
            aria-expanded={drawer}
            className="-ml-2 md:hidden"
            onClick={() => setDrawer(true)}
          />
          <OrgMenu />
          <button
            type="button"
            onClick={() => setPalette("open")}
            className="ml-auto flex h-8 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink-3 hover:text-ink sm:w-56"
          >
            <Search size={15} aria-hidden="true" />
            <span className="max-sm:sr-only">Search</span>
            <kbd className="ml-auto rounded-sm border border-line px-1 font-sans text-2xs max-sm:hidden">
              {SHORTCUT}
            </kbd>
          </button>
          <ThemeToggle />
          <AccountMenu />
        </header>
        <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[88rem] min-w-0 flex-1 px-4 py-5 sm:px-6">
          {children}
        </main>
      </div>
      <Suspense>
        {palette === "unloaded" ? null : <Palette open={palette === "open"} onClose={() => setPalette("closed")} />}
        {drawer ? <NavDrawer onClose={() => setDrawer(false)} /> : null}
      </Suspense>
    </div>
  );
}

const SHORTCUT = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K";
