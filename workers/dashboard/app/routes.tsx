import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { PAGES } from "./pages.ts";
import { App, ConsoleLayout, DoorLayout } from "./shell/app.tsx";
import { CrashedPage } from "./shell/crashed-page.tsx";
import { MissingPage } from "./shell/missing-page.tsx";

/** Every address. Pages are loaded when they are asked for; what is no page of its own is a resource's, by its metadata. */

const root = createRootRoute({ component: App, notFoundComponent: MissingPage, errorComponent: CrashedPage });

const doors = createRoute({ getParentRoute: () => root, id: "doors", component: DoorLayout });
const inside = createRoute({ getParentRoute: () => root, id: "inside", component: ConsoleLayout });

type Load = () => Promise<{ readonly default: ComponentType }>;

const door = (path: string, load: Load) =>
  createRoute({ getParentRoute: () => doors, path, component: lazyRouteComponent(load) });

const page = (path: string, load: Load) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(load),
    errorComponent: CrashedPage,
  });

const routeTree = root.addChildren([
  doors.addChildren([
    door("/sign-in", () => import("./pages/door/sign-in.tsx")),
    door("/sign-up", () => import("./pages/door/sign-up.tsx")),
    door("/invite", () => import("./pages/door/invite.tsx")),
    door("/new-organisation", () => import("./pages/door/organisation.tsx")),
  ]),
  inside.addChildren([
    ...PAGES.map(({ path, load }) => page(path, load)),
    page("/$resource", () => import("./resources/list-page.tsx")),
    page("/$resource/new", () => import("./resources/create-page.tsx")),
    page("/$resource/$id", () => import("./resources/detail-page.tsx")),
    page("/$resource/$id/edit", () => import("./resources/edit-page.tsx")),
    page("/$", async () => ({ default: MissingPage })),
  ]),
]);

/** Parameters of the address are text, as they stand there, once or several times: nothing is read into them or quoted. */
export const router = createRouter({
  routeTree,
  parseSearch: (text) => {
    const given = new URLSearchParams(text);
    return Object.fromEntries([...new Set(given.keys())].map((name) => [name, given.getAll(name)]));
  },
  stringifySearch: (search) => {
    const given = Object.entries(search).flatMap(([name, values]) => [values].flat().map((one) => [name, String(one)]));
    return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  },
  defaultPreload: false,
  scrollRestoration: true,
});
