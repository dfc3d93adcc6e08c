import { formatDateTime } from "../../lib/format.ts";
import { isRow } from "../../lib/json.ts";
import { Money } from "../../ui/amounts.tsx";

/** A value of an entry. What it is follows from its name, as everywhere in the API. Everything is shown as text. */
export function EntryValue({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (value === undefined) return <span className="text-ink-3">–</span>;
  if (value === null || value === "") return <span className="text-ink-3">none</span>;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (Array.isArray(value))
    return value.length === 0 ? <span className="text-ink-3">none</span> : <Items values={value} />;
  if (isRow(value)) return <code className="font-mono text-xs wrap-anywhere">{JSON.stringify(value)}</code>;
  const text = String(value);
  if (name.endsWith("_usd") && typeof value === "string") return <Money usd={text} />;
  if (name.endsWith("_at") && !Number.isNaN(Date.parse(text))) {
    return <time dateTime={text}>{formatDateTime(Date.parse(text))}</time>;
  }
  return <span className="wrap-anywhere">{text}</span>;
}

export const Items = ({ values }: { readonly values: readonly unknown[] }) => (
  <span className="inline-flex flex-wrap gap-1">
    {values.map((item) => {
      const text = typeof item === "string" ? item : JSON.stringify(item);
      return (
        <code key={text} className="rounded-sm bg-sunken px-1.5 font-mono text-xs leading-5 wrap-anywhere">
          {text}
        </code>
      );
    })}
  </span>
);
