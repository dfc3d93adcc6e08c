import type { Console, View } from "../console.ts";
import { h, hidden } from "../dom.ts";
import { capital } from "../format.ts";
import { type Row, rowsIn, textIn, textsIn } from "../json.ts";
import { table } from "../table.ts";
import { refusedView } from "./refused.ts";

/** Who may do what. */
export async function rolesView(con: Console): Promise<View> {
  const answer = await con.api.call("GET", "/v1/roles");
  if (answer.status === "refused") return refusedView(answer.error);
  const permissions = textsIn(answer.body, "permissions");
  const teamRoles = rowsIn(answer.body, "team_roles");
  const inTeams = permissions.filter((permission) =>
    teamRoles.some((role) => textsIn(role, "permissions").includes(permission)),
  );
  return {
    title: "Roles",
    content: [
      h("p", { class: "lead" }, `What each role may do. Yours is ${con.role || "that of your key"}.`),
      h("h2", {}, "In the whole organisation"),
      matrix("Permissions by role", permissions, rowsIn(answer.body, "roles")),
      h("h2", {}, "On top of that, with what belongs to one's team"),
      matrix("Permissions by role in a team", inTeams, teamRoles),
    ],
  };
}

const matrix = (caption: string, permissions: readonly string[], roles: readonly Row[]): Node =>
  table(
    caption,
    [{ head: "Permission" }, ...roles.map((role) => ({ head: capital(textIn(role, "name")) }))],
    permissions.map((permission) => [
      h("code", {}, permission),
      ...roles.map((role) => mark(textsIn(role, "permissions").includes(permission))),
    ]),
  );

const mark = (may: boolean): Node =>
  may
    ? h("span", { class: "yes" }, h("span", { "aria-hidden": "true" }, "✓"), hidden("yes"))
    : h("span", { class: "soft" }, h("span", { "aria-hidden": "true" }, "·"), hidden("no"));
