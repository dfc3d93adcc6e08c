import type { ComponentType } from "react";

/**
 * The pages that are more than a resource's, by their path. Each is a chunk of its own. A page is added by a folder
 * in `pages/` whose `page.tsx` exports the component as `Page…`, and a row here; the navigation shows it by its path.
 */
export interface PageEntry {
  readonly path: string;
  /** The permission without which it is not offered. */
  readonly permission?: string;
  load(): Promise<{ readonly default: ComponentType }>;
}

export const PAGES: readonly PageEntry[] = [
  { path: "/", load: () => import("./pages/overview/page.tsx") },
  { path: "/costs", permission: "analytics:read", load: () => import("./pages/costs/page.tsx") },
  { path: "/chargeback", permission: "chargeback:read", load: () => import("./pages/chargeback/page.tsx") },
  { path: "/bills", permission: "reconciliations:read", load: () => import("./pages/bills/page.tsx") },
  { path: "/bills/$id", permission: "reconciliations:read", load: () => import("./pages/bills/detail.tsx") },
  { path: "/audit", permission: "audit:read", load: () => import("./pages/audit/page.tsx") },
  { path: "/alerts", permission: "alerts:read", load: () => import("./pages/alerts/page.tsx") },
  { path: "/alerts/$id", permission: "alerts:read", load: () => import("./pages/alerts/detail.tsx") },
  { path: "/deliveries", permission: "alerts:read", load: () => import("./pages/deliveries/page.tsx") },
  { path: "/deliveries/$id", permission: "alerts:read", load: () => import("./pages/deliveries/detail.tsx") },
  { path: "/settings", permission: "org:read", load: () => import("./pages/settings/page.tsx") },
  { path: "/orgs", permission: "org:read", load: () => import("./pages/settings/page.tsx") },
  { path: "/roles", load: () => import("./pages/roles/page.tsx") },
  { path: "/start", load: () => import("./pages/start/page.tsx") },
  { path: "/requests", permission: "requests:read", load: () => import("./pages/requests/page.tsx") },
  { path: "/requests/$id", permission: "requests:read", load: () => import("./pages/request/page.tsx") },
  { path: "/models", permission: "providers:read", load: () => import("./pages/models/page.tsx") },
  { path: "/cache", permission: "cache:read", load: () => import("./pages/cache/page.tsx") },
  { path: "/routing", permission: "routing:read", load: () => import("./pages/routing/page.tsx") },
  { path: "/account", load: () => import("./pages/account/page.tsx") },
];
