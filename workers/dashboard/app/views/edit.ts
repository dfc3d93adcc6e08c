import { namedResources } from "../cell.ts";
import type { Console, View } from "../console.ts";
import { type Control, lineControl } from "../control.ts";
import { copyable, showOnce } from "../dialog.ts";
import { announce, button, h, prose } from "../dom.ts";
import { type Editing, fieldControl } from "../field-control.ts";
import { form, type Refusal } from "../form.ts";
import { type Row, textIn, textOrNull, textsIn } from "../json.ts";
import { rowLabel } from "../names.ts";
import { hrefTo } from "../place.ts";
import { credentialControl, settingsControl } from "../provider-controls.ts";
import { article, type FieldInfo, type ResourceInfo } from "../resource-info.ts";
import { placeholderOf, scopesControl } from "../special-controls.ts";
import { showKey } from "./key.ts";
import { refusedView } from "./refused.ts";

/** More optional fields than this are folded away when something new is made. */
const UNFOLDED = 3;

export async function createView(con: Console, resource: ResourceInfo): Promise<View> {
  const fields = resource.fields.filter((field) => field.create);
  await con.names.prepare([
    ...namedResources(
      resource,
      fields.map(({ name }) => name),
    ),
    "provider",
  ]);
  const controls = await controlsOf(con, resource, fields, null);
  if (resource.gives_id) controls.unshift(idControl(resource, controls));
  const optional = controls.filter(({ name }) => fields.some((field) => field.name === name && !field.required));
  const folds = optional.length > UNFOLDED && resource.name !== "provider" && resource.name !== "price";
  const attempt = { body: "", key: "" };
  return {
    title: `Create ${article(resource.one)}`,
    content: [
      h("p", { class: "lead" }, ...prose(resource.description)),
      form({
        controls,
        ...(folds ? { folded: { title: "More settings", controls: optional, open: false } } : {}),
        submit: `Create ${resource.one}`,
        beside: h("a", { href: hrefTo([resource.slug]) }, "Cancel"),
        send: (values) => create(con, resource, values, attempt),
      }),
    ],
  };
}

/** Sends it; the same once more, after an answer that was lost, makes nothing twice. */
async function create(
  con: Console,
  resource: ResourceInfo,
  values: Row,
  attempt: { body: string; key: string },
): Promise<Refusal | null> {
  const body = JSON.stringify(values);
  if (attempt.body !== body) Object.assign(attempt, { body, key: con.effects.newId("request") });
  const answer = await con.api.call("POST", resource.path, {
    body: values,
    headers: { "idempotency-key": attempt.key },
  });
  if (answer.status === "refused") return { error: answer.error };
  const made = answer.body;
  announce(`The ${resource.one} was created.`);
  con.go(hrefTo([resource.slug, textIn(made, "id")]));
  const [key, token] = [textOrNull(made, "key"), textOrNull(made, "token")];
  if (key !== null) await showKey(con, key);
  if (token !== null) await showInvitation(made, token);
  return null;
}

async function showInvitation(made: Row, token: string): Promise<void> {
  await showOnce({
    title: "The invitation",
    warning: `Send this link to ${textIn(made, "email")} now: it is not stored, and is never shown again.`,
    label: "The link",
    value: `${location.origin}/${hrefTo(["invite", token])}`,
    more: [copyable("Or the token alone", token)],
  });
}

export async function editView(con: Console, resource: ResourceInfo, id: string): Promise<View> {
  const fields = resource.fields.filter((field) => field.update);
  const path = `${resource.path}/${encodeURIComponent(id)}`;
  const [answer] = await Promise.all([
    con.api.call("GET", path),
    con.names.prepare(
      namedResources(
        resource,
        fields.map(({ name }) => name),
      ),
    ),
  ]);
  if (answer.status === "refused") return refusedView(answer.error);
  const { body: row, etag } = answer;
  const back = hrefTo([resource.slug, id]);
  return {
    title: `Edit “${rowLabel(row)}”`,
    content: [
      form({
        controls: await controlsOf(con, resource, fields, row),
        submit: "Save",
        beside: h("a", { href: back }, "Cancel"),
        send: (values) => update(con, path, back, values, etag),
      }),
    ],
  };
}

/** Only what was changed, and only if it is still as it was read. */
async function update(
  con: Console,
  path: string,
  back: string,
  values: Row,
  etag: string | null,
): Promise<Refusal | null> {
  if (Object.keys(values).length === 0) {
    announce("Nothing was changed.");
    con.go(back);
    return null;
  }
  const answer = await con.api.call("PATCH", path, {
    body: values,
    headers: etag === null ? {} : { "if-match": etag },
  });
  if (answer.status === "ok") {
    announce("Saved.");
    con.go(back);
    return null;
  }
  const { error } = answer;
  if (error.status !== 412) return { error };
  const message = "Somebody else changed it while you were editing. Nothing of yours was saved.";
  return { error: { ...error, message }, offer: button("Load what it is now", () => con.reload()) };
}

async function controlsOf(
  con: Console,
  resource: ResourceInfo,
  fields: readonly FieldInfo[],
  row: Row | null,
): Promise<Control[]> {
  const controls: Control[] = [];
  for (const field of fields) {
    const editing: Editing = {
      field,
      initial: row === null ? field.default : (row[field.name] ?? null),
      creating: row === null,
      placeholder: placeholderOf(resource.example[field.name]),
    };
    controls.push(await controlOf(con, `${resource.name}.${field.name}`, editing, controls, row));
  }
  return controls;
}

async function controlOf(
  con: Console,
  which: string,
  editing: Editing,
  before: readonly Control[],
  row: Row | null,
): Promise<Control> {
  const kind = before.find(({ name }) => name === "kind") ?? textIn(row ?? {}, "kind");
  if (which === "provider.credential") return credentialControl(editing, kind);
  if (which === "provider.settings") return settingsControl(editing, kind);
  if (which === "key.scopes") {
    const roles = await con.api.call("GET", "/v1/roles");
    return scopesControl(editing, roles.status === "ok" ? textsIn(roles.body, "key_scopes") : ["inference"]);
  }
  return fieldControl(con, editing);
}

/** An id that whoever creates it chooses. The kind's name is a good one, while no other was typed in. */
function idControl(resource: ResourceInfo, controls: readonly Control[]): Control {
  const control = lineControl({
    name: "id",
    label: "ID",
    hint: [
      "Lower-case letters, digits, dots, dashes and underscores. It becomes part of names, and cannot be changed later.",
    ],
    placeholder: placeholderOf(resource.example.id),
  });
  const input = control.node.querySelector("input");
  const kind = controls.find(({ name }) => name === "kind");
  let suggested = "";
  kind?.node.addEventListener("change", () => {
    if (input === null || input.value !== suggested) return;
    suggested = kind.current();
    input.value = suggested;
  });
  return control;
}
