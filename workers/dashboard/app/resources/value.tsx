import { choiceLabel } from "../lib/format.ts";
import { isRow } from "../lib/json.ts";
import { hrefTo } from "../lib/paths.ts";
import { useAccess } from "../session/access.tsx";
import { Money } from "../ui/amounts.tsx";
import { Badge, StatusBadge } from "../ui/badge.tsx";
import { Link } from "../ui/link.tsx";
import { Time } from "../ui/time.tsx";
import { actorLabel, type Names } from "./names.ts";
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

export interface ValueProps {
  readonly resource: ResourceInfo;
  /** The field, as the API calls it. */
  readonly name: string;
  readonly value: unknown;
  readonly names: Names;
  /** Without links, as inside a link. */
  readonly plain?: boolean;
}

/** A value as it is shown, by the kind of its field. */
export function Value({ resource, name, value, names, plain = false }: ValueProps) {
  if (value === null || value === undefined || value === "") return <span className="text-ink-3">–</span>;
  const field = fieldOf(resource, name);
  const text = String(value);
  if (field?.kind === "reference") {
    return plain ? names.label(field.resource, text) : <Reference resource={field.resource} id={text} names={names} />;
  }
  if (name === NAMES_ACTOR) return actorLabel(names, text);
  if (name === "status") return <StatusBadge status={text} />;
  if (field?.kind === "choice") return choiceLabel(text);
  if (typeof value === "boolean")
    return value ? <Badge tone="info">Yes</Badge> : <span className="text-ink-3">No</span>;
  if (name.endsWith("_usd")) return <Money usd={text} />;
  if (field?.kind === "time" || name.endsWith("_at")) return <Time iso={text} />;
  if (Array.isArray(value))
    return value.length === 0 ? <span className="text-ink-3">none</span> : <Tags values={value} />;
  if (isRow(value)) return <Pairs value={value} />;
  if (name === "hint" || name === "id")
    return <code className="font-mono text-xs">{name === "hint" ? `${text}…` : text}</code>;
  return text;
}

/** A link to what an id refers to, by its name. */
export function Reference({
  resource: name,
  id,
  names,
}: {
  readonly resource: string;
  readonly id: string;
  readonly names: Names;
}) {
  const access = useAccess();
  const resource = access.resource(name);
  const text = names.label(name, id);
  if (resource === undefined || !access.may(resource.read)) return text;
  return (
    <Link to={hrefTo([resource.slug, id])} className="link">
      {text}
    </Link>
  );
}

/** "brief, 30 %, max tokens 8": an entry of a list of objects, in a line. */
const itemText = (item: Readonly<Record<string, unknown>>): string =>
  Object.entries(item)
    .map(([name, value]) => {
      if (isRow(value)) return itemText(value);
      if (name === "name" || name === "metric" || name === "model") return String(value);
      return name === "percent" ? `${String(value)} %` : `${name.replaceAll("_", " ")} ${String(value)}`;
    })
    .join(", ");

const Tags = ({ values }: { readonly values: readonly unknown[] }) => (
  <span className="inline-flex flex-wrap gap-1">
    {values.map((item) => {
      const text = isRow(item) ? itemText(item) : String(item);
      return (
        <code key={text} className="rounded-sm bg-sunken px-1.5 font-mono text-xs leading-5">
          {text}
        </code>
      );
    })}
  </span>
);

const Pairs = ({ value }: { readonly value: Readonly<Record<string, unknown>> }) => (
  <span className="inline-flex flex-wrap gap-x-3">
    {Object.entries(value).map(([name, item]) => {
      // `input_usd_per_million` is the input per million, in dollars.
      const inUsd = name.includes("_usd") && typeof item === "string";
      const words = (inUsd ? name.replace("_usd", "") : name).replaceAll("_", " ");
      return (
        <span key={name}>
          <span className="text-ink-3">{words} </span>
          {inUsd ? <Money usd={item} /> : isRow(item) ? JSON.stringify(item) : String(item)}
          <span className="sr-only">; </span>
        </span>
      );
    })}
  </span>
);

/** Amounts stand at the right, so that their digits stand below each other. */
export const isAmount = (name: string): boolean => name.endsWith("_usd");
