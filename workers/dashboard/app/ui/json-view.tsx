import { isRow } from "../lib/json.ts";

/** JSON to read: objects and lists fold. Everything is shown as text. */
export function JsonView({ value, open = 2 }: { readonly value: unknown; readonly open?: number }) {
  return (
    <div className="overflow-x-auto font-mono text-xs leading-5">
      <Node value={value} open={open} />
    </div>
  );
}

function Node({ name, value, open }: { readonly name?: string; readonly value: unknown; readonly open: number }) {
  const head = name === undefined ? null : <span className="text-accent-ink">{name}: </span>;
  if (!Array.isArray(value) && !isRow(value)) {
    return (
      <div className="wrap-anywhere">
        {head}
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Object.entries(value);
  if (entries.length === 0) {
    return (
      <div>
        {head}
        <span className="text-ink-3">{Array.isArray(value) ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <details open={open > 0}>
      <summary className="cursor-pointer leading-6">
        {head}
        <span className="text-ink-3">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      <div className="ml-1.5 border-l border-line pl-3">
        {entries.map(([key, item]) => (
          <Node key={key} name={key} value={item} open={open - 1} />
        ))}
      </div>
    </details>
  );
}

const Leaf = ({ value }: { readonly value: unknown }) => (
  <span className={typeof value === "string" ? "whitespace-pre-wrap text-ink" : "text-info-ink"}>
    {JSON.stringify(value)}
  </span>
);
