import { CSPProvider } from "@base-ui/react/csp-provider";
import { Outlet, useRouter } from "@tanstack/react-router";
import { Suspense, useEffect } from "react";
import { AccessProvider } from "../session/access.tsx";
import { useSession } from "../session/session.ts";
import { TableSkeleton } from "../ui/skeleton.tsx";
import { ErrorState } from "../ui/states.tsx";
import { Toaster } from "../ui/toaster.tsx";
import { ConsoleShell } from "./console-shell.tsx";
import { DoorShell } from "./door-shell.tsx";
import { ShellSkeleton } from "./shell-skeleton.tsx";

/** What stands around everything. Base UI adds no style elements: the content security policy refuses them. */
export function App() {
  return (
    <CSPProvider disableStyleElements>
      {/* biome-ignore lint/a11y/useValidAnchor: a link for those who go by links; its target takes the focus */}
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-1.5 text-sm font-medium text-white focus:translate-y-0"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to the content
      </a>
      <Outlet />
      <Toaster />
    </CSPProvider>
  );
}

/** Around pages that need nobody to be signed in, or no org. */
export const DoorLayout = () => (
  <DoorShell>
    <Suspense>
      <Outlet />
    </Suspense>
  </DoorShell>
);

/** Around the pages of somebody who is in an org. A route of its own, so that no page is ever without what it needs. */
export function ConsoleLayout() {
  const session = useSession();
  switch (session.status) {
    case "loading":
      return <ShellSkeleton />;
    case "failed":
      return (
        <DoorShell>
          <ErrorState error={session.error} onRetry={session.retry} />
        </DoorShell>
      );
    case "out":
      return <Leave to="/sign-in" keepPage />;
    case "no_org":
      return <Leave to="/new-organisation" />;
    case "in":
      return (
        <AccessProvider access={session.access}>
          <ConsoleShell>
            <Suspense fallback={<TableSkeleton />}>
              <Outlet />
            </Suspense>
          </ConsoleShell>
        </AccessProvider>
      );
  }
}

const DOORS = /^\/(?:sign-in|sign-up|invite|new-organisation)(?:[?#]|$)/;

/** Leads to a door; `next` is the page that was asked for. */
function Leave({ to, keepPage = false }: { readonly to: string; readonly keepPage?: boolean }) {
  const { history } = useRouter();
  // Once: the address is the door's already while this is still shown.
  useEffect(() => {
    const { href } = history.location;
    if (DOORS.test(href)) return;
    const next = keepPage && href !== "/" ? `?next=${encodeURIComponent(href)}` : "";
    history.replace(`${to}${next}`);
  }, [history, to, keepPage]);
  return <ShellSkeleton />;
}
