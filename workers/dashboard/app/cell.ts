import type { Console } from "./console.ts";
import { h, hidden } from "./dom.ts";
import { money, timeNode } from "./format.ts";
import { isRow } from "./json.ts";
import { actorLabel } from "./names.ts";
import { hrefTo } from "./place.ts";
import { fieldOf, type ResourceInfo } from "./resource-info.ts";

/** The id of a user or of a key, so a reference to neither of them. */
const NAMES_ACTOR = "created_by";

/** The resources whose names the values of a resource need. */
export function namedResources(resource: ResourceInfo, names: readonly string[]): readonly string[] {
  const found = names.flatMap((name) => {
    if (name === NAMES_ACTOR) return ["member", "key"];
    const field = fieldOf(resource, name);
    return field?.kind === "reference" ? [field.resource] : [];
  });
  return [...new Set(found)];
}

/** A value as it is shown, by the kind of its field. What it refers to must have been prepared in `names`. */
export function valueNode(con: Console, resource: ResourceInfo, name: string, value: unknown): Node {
  if (value === null || value === undefined || value === "") return h("span", { class: "soft" }, "–");
  const field = fieldOf(resource, name);
  const text = String(value);
  if (field?.kind === "reference") return referenceNode(con, field.resource, text);
  if (name === NAMES_ACTOR) return h("span", {}, actorLabel(con.names, text));
  if (typeof value === "boolean") return flagNode(value);
  if (name.endsWith("_usd")) return h("span", { class: "figure", title: `${text} USD` }, money(text));
  if (field?.kind === "time" || name.endsWith("_at")) return timeNode(text, con.effects.now());
  if (Array.isArray(value)) return value.length === 0 ? h("span", { class: "soft" }, "none") : tags(value);
  if (isRow(value)) return pairs(value);
  if (name === "hint" || name === "id") return h("code", {}, name === "hint" ? `${text}…` : text);
  return h("span", {}, text);
}

/** A link to what an id refers to, by its name. */
export function referenceNode(con: Console, resourceName: string, id: string): Node {
  const resource = con.resource(resourceName);
  const text = con.names.label(resourceName, id);
  if (resource === undefined || !con.may(resource.read)) return h("span", {}, text);
  return h("a", { href: hrefTo([resource.slug, id]) }, text);
}

const flagNode = (value: boolean): Node => h("span", { class: value ? "yes" : "soft" }, value ? "Yes" : "No");

const tags = (values: readonly unknown[]): Node =>
  h(
    "span",
    { class: "tags" },
    ...values.map((item) => h("code", { class: "tag" }, isRow(item) ? JSON.stringify(item) : String(item))),
  );

const pairs = (value: Readonly<Record<string, unknown>>): Node =>
  h("span", { class: "pairs" }, ...Object.entries(value).map(([name, item]) => pair(name, item)));

/** `input_usd_per_million` is the input per million, in dollars. */
function pair(name: string, item: unknown): Node {
  const inUsd = name.includes("_usd") && typeof item === "string";
  const words = (inUsd ? name.replace("_usd", "") : name).replaceAll("_", " ");
  const text = isRow(item) ? JSON.stringify(item) : String(item);
  return h("span", {}, h("span", { class: "soft" }, `${words} `), inUsd ? money(text) : text, hidden(";"));
}

/** Amounts stand at the right, so that their digits stand below each other. */
export const isAmount = (name: string): boolean => name.endsWith("_usd");
