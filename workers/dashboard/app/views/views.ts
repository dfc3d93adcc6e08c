import type { Console, View } from "../console.ts";
import type { Place } from "../place.ts";
import { passwordView, sessionsView } from "./account.ts";
import { auditView } from "./audit.ts";
import { detailView } from "./detail.ts";
import { createView, editView } from "./edit.ts";
import { firstStepsView, stepsLeft } from "./first-steps.ts";
import { listView } from "./list.ts";
import { missingView } from "./refused.ts";
import { rolesView } from "./roles.ts";

/** Pages that are about no resource, by the first word of their place. */
const PAGES: Readonly<Record<string, (con: Console, place: Place) => View | Promise<View>>> = {
  start: firstStepsView,
  audit: auditView,
  roles: rolesView,
  account: (con, { path }) => (path[1] === "sessions" ? sessionsView(con) : passwordView(con)),
  create: (con, { path }) => {
    const resource = con.resources.find(({ slug }) => slug === path[1]);
    return resource === undefined ? missingView() : createView(con, resource);
  },
};

/** The page of a place, for somebody who is in an org. */
export async function viewOf(con: Console, place: Place): Promise<View> {
  const [first, id, verb] = place.path;
  if (first === undefined || first === "sign-in" || first === "sign-up") return await firstPage(con);
  const page = Object.hasOwn(PAGES, first) ? PAGES[first] : undefined;
  if (page !== undefined) return await page(con, place);
  const resource = con.resources.find(({ slug }) => slug === first);
  if (resource === undefined) return missingView();
  if (id === undefined) return await listView(con, resource, place);
  return verb === "edit" ? await editView(con, resource, id) : await detailView(con, resource, id);
}

/** The first steps as long as there are any left; then what there is most to see of. */
async function firstPage(con: Console): Promise<View> {
  const resource = con.resources.find(({ read }) => con.may(read));
  if (resource === undefined || (await stepsLeft(con))) return await firstStepsView(con);
  return await listView(con, resource, { path: [resource.slug], query: {} });
}
