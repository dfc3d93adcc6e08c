import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";

/** Around the pages before one is inside. */
export const DoorShell = ({ children }: { readonly children: ReactNode }) => (
  <div className="flex min-h-dvh flex-col">
    <header className="flex h-14 items-center justify-between px-4 sm:px-6">
      <Brand />
      <ThemeToggle />
    </header>
    <main id="main" tabIndex={-1} className="mx-auto flex w-full max-w-md flex-1 flex-col px-4 pt-[6vh] pb-12">
      {children}
    </main>
    <footer className="flex justify-center gap-4 px-4 py-4 text-xs text-ink-3">
      <a href="/docs" className="hover:text-ink hover:underline">
        API reference
      </a>
      <a href="/openapi.json" className="hover:text-ink hover:underline">
        OpenAPI
      </a>
    </footer>
  </div>
);
