import { namedResources, valueNode } from "../cell.ts";
import { type Console, endedWord, type View } from "../console.ts";
import { confirmed } from "../dialog.ts";
import { announce, button, h, problemNode } from "../dom.ts";
import { label } from "../format.ts";
import type { Row } from "../json.ts";
import { rowLabel } from "../names.ts";
import { hrefTo } from "../place.ts";
import { fieldOf, type ResourceInfo } from "../resource-info.ts";
import { facts } from "../table.ts";
import { extrasOf } from "./extras.ts";
import { refusedView } from "./refused.ts";
import type { Extras, Subject } from "./subject.ts";

/** One thing: what it is, and what can be done with it. */
export async function detailView(con: Console, resource: ResourceInfo, id: string): Promise<View> {
  const fields = resource.fields.map(({ name }) => name);
  const [answer] = await Promise.all([
    con.api.call("GET", `${resource.path}/${encodeURIComponent(id)}`),
    con.names.prepare(namedResources(resource, fields)),
  ]);
  if (answer.status === "refused") return refusedView(answer.error);
  const { body: row, etag } = answer;
  const problems = h("div", {});
  const subject: Subject = {
    con,
    resource,
    row,
    id,
    etag,
    label: labelOf(con, resource, row),
    refuse: (message) => problems.replaceChildren(problemNode(message)),
  };
  const extras: Extras = await extrasOf(subject);
  const ended = endedWord(row, con.effects.now());
  return {
    title: subject.label,
    content: [
      h(
        "p",
        { class: "crumbs" },
        h("a", { href: hrefTo([resource.slug]) }, resource.title),
        ended === null ? null : h("span", { class: "badge ended" }, ended),
      ),
      h("div", { class: "actions" }, ...editAction(subject, ended), ...extras.actions, ...removeAction(subject, ended)),
      problems,
      ...extras.sections,
      h("h2", {}, "Details"),
      facts(factsOf(subject, extras.hides ?? [])),
    ],
  };
}

/** Things without a name are called by what they tie together. */
function labelOf(con: Console, resource: ResourceInfo, row: Row): string {
  if ([row.name, row.email, row.model].some((name) => typeof name === "string")) return rowLabel(row);
  const parts = resource.fields
    .filter(({ kind, name }) => kind === "reference" && typeof row[name] === "string")
    .map(({ resource: of, name }) => con.names.label(of, String(row[name])));
  return parts.length === 0 ? rowLabel(row) : parts.join(" · ");
}

function factsOf({ con, resource, row }: Subject, hides: readonly string[]): readonly (readonly [string, Node])[] {
  const names = [...new Set(["id", ...resource.fields.map(({ name }) => name), ...Object.keys(row)])];
  return names
    .filter((name) => name in row && name !== "version" && !hides.includes(name))
    .map((name) => [
      fieldOf(resource, name) === undefined && name === "id" ? "ID" : label(name),
      valueNode(con, resource, name, row[name]),
    ]);
}

/** What removing one is called, and what it means. What is not named here is deleted. */
const REMOVALS: Readonly<Record<string, { readonly verb: string; readonly done: string; readonly means: string }>> = {
  key: {
    verb: "Revoke",
    done: "revoked",
    means: "Every request with this key is refused from now on. That cannot be undone.",
  },
  wallet: {
    verb: "Archive",
    done: "archived",
    means: "Nothing is spent from it any more. Its ledger stays. That cannot be undone.",
  },
  member: {
    verb: "Remove",
    done: "removed",
    means: "This person loses access to the organisation at once, and their places in teams.",
  },
  invitation: { verb: "Revoke", done: "revoked", means: "Its link opens nothing any more." },
  provider: {
    verb: "Delete",
    done: "deleted",
    means: "Its models are not offered any more, and its credential is gone.",
  },
};
const DELETION = { verb: "Delete", done: "deleted", means: "That cannot be undone." };

function editAction({ con, resource, id }: Subject, ended: string | null): readonly Node[] {
  if (!resource.can("update") || !con.may(resource.write) || ended !== null) return [];
  return [h("a", { class: "button", href: hrefTo([resource.slug, id, "edit"]) }, "Edit")];
}

function removeAction(subject: Subject, ended: string | null): readonly Node[] {
  const { con, resource } = subject;
  if (!resource.can("delete") || !con.may(resource.write) || ended !== null) return [];
  const { verb } = REMOVALS[resource.name] ?? DELETION;
  return [button(verb, () => remove(subject), { class: "danger" })];
}

async function remove({ con, resource, id, etag, label: name, refuse }: Subject): Promise<void> {
  const { verb, done, means } = REMOVALS[resource.name] ?? DELETION;
  if (!(await confirmed({ title: `${verb} the ${resource.one} “${name}”?`, text: means, yes: verb }))) return;
  const answer = await con.api.call("DELETE", `${resource.path}/${encodeURIComponent(id)}`, {
    headers: etag === null ? {} : { "if-match": etag },
  });
  if (answer.status === "refused") {
    refuse(answer.error.message);
    return;
  }
  announce(`“${name}” was ${done}.`);
  con.go(hrefTo([resource.slug]));
}
