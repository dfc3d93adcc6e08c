import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/api-error.ts";
import { whenSignedOut } from "./api/credentials.ts";
import { queryKey } from "./api/hooks.ts";
import { pathOfOldHash } from "./lib/paths.ts";
import { router } from "./routes.tsx";
import "./styles/app.css";

/** The console in a browser. */

const moved = pathOfOldHash(location.hash);
if (moved !== null) router.history.replace(moved);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal stays one; what did not answer may the next time.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: true,
    },
  },
});

// Who is signed in is asked anew; the page stays in the address, and is there again after signing in. Only where somebody
// was: the refusal of nobody would be asked for again and again.
whenSignedOut(() => {
  for (const path of ["/v1/auth/session", "/v1/me"]) {
    void queries.invalidateQueries({ queryKey: queryKey(path), predicate: ({ state }) => state.status === "success" });
  }
});

// A page from before a deploy asks for code that is gone: it is loaded anew, once.
addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("ao-reloaded") ?? 0);
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem("ao-reloaded", String(Date.now()));
  event.preventDefault();
  location.reload();
});

createRoot(document.getElementById("app") ?? document.body).render(
  <QueryClientProvider client={queries}>
    <RouterProvider router={router} />
  </QueryClientProvider>,
);
