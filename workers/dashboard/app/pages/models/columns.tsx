import type { AnswerOf } from "../../api/types.ts";
import { formatUsd } from "../../lib/amounts.ts";
import { effects } from "../../lib/effects.ts";
import { formatCompact, formatDate, formatNumber } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { Link } from "../../ui/link.tsx";

export type CatalogueModel = AnswerOf<"/v1/models", "get">["data"][number];
export type OwnPrice = AnswerOf<"/v1/prices", "get">["data"][number];

const NOTHING = <span className="text-ink-3">–</span>;
const FIRST = [
  { field: "input_usd_per_million", name: "Input" },
  { field: "cached_read_usd_per_million", name: "Cached input" },
  { field: "output_usd_per_million", name: "Output" },
] as const;

/** A model, its price by component, its limits, and what it can. */
export function modelColumns(own: ReadonlyMap<string, OwnPrice>, mayPrice: boolean): readonly Column<CatalogueModel>[] {
  return [
    {
      id: "model",
      header: "Model",
      sortBy: ({ id }) => id,
      className: "max-w-96",
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-x-2">
          <Link to={hrefTo(["requests"], { model: row.id })} className="font-medium wrap-anywhere hover:underline">
            {row.id}
          </Link>
          <Origin row={row} own={own.get(row.id)} mayPrice={mayPrice} />
        </span>
      ),
    },
    ...FIRST.map(
      ({ field, name }): Column<CatalogueModel> => ({
        id: field,
        header: name,
        align: "end",
        sortBy: ({ price }) => (price?.[field] === undefined ? null : Number(price[field])),
        cell: ({ price }) => <Rate usd={price?.[field]} />,
      }),
    ),
    {
      id: "others",
      header: "Other components",
      cell: ({ price }) => <Others price={price} />,
      className: "max-w-60 whitespace-normal text-xs",
    },
    {
      id: "context",
      header: "Context",
      align: "end",
      sortBy: ({ context_tokens }) => context_tokens,
      cell: ({ context_tokens }) => <Tokens count={context_tokens} />,
    },
    {
      id: "output_max",
      header: "Longest answer",
      align: "end",
      sortBy: ({ max_output_tokens }) => max_output_tokens,
      cell: ({ max_output_tokens }) => <Tokens count={max_output_tokens} />,
    },
    {
      id: "can",
      header: "Can",
      className: "whitespace-normal",
      cell: ({ capabilities }) => (
        <span className="flex flex-wrap gap-1">
          {capabilities.map((one) => (
            <Badge key={one}>{one.replaceAll("_", " ")}</Badge>
          ))}
        </span>
      ),
    },
  ];
}

const Rate = ({ usd }: { readonly usd: string | undefined }) =>
  usd === undefined ? NOTHING : <span className="figure whitespace-nowrap">{formatUsd(usd)}</span>;

const Tokens = ({ count }: { readonly count: number }) =>
  count === 0 ? (
    NOTHING
  ) : (
    <span className="figure" title={`${formatNumber(count)} tokens`}>
      {formatCompact(count)}
    </span>
  );

function Others({ price }: { readonly price: CatalogueModel["price"] }) {
  const others = Object.entries(price ?? {}).filter(([name]) => !FIRST.some(({ field }) => field === name));
  if (others.length === 0) return NOTHING;
  return (
    <span className="figure">
      {others
        .map(([name, usd]) => `${name.replace(/_usd(?:_per_million)?$/, "").replaceAll("_", " ")} ${formatUsd(usd)}`)
        .join(", ")}
    </span>
  );
}

/** Whether the price is the organisation's own, is to be so from a day on, or is missing. */
function Origin({
  row,
  own,
  mayPrice,
}: {
  readonly row: CatalogueModel;
  readonly own: OwnPrice | undefined;
  readonly mayPrice: boolean;
}) {
  const [provider_id = "", ...rest] = row.id.split("/");
  if (own !== undefined) {
    const from = Date.parse(own.effective_from);
    return (
      <Link to={hrefTo(["prices", own.id])} className="hover:underline">
        <Badge tone="accent">
          Own price {from > effects.now() ? "from" : "since"} {formatDate(from)}
        </Badge>
      </Link>
    );
  }
  if (row.price !== null) return null;
  return (
    <>
      <Badge tone="warn">Unpriced</Badge>
      {mayPrice ? (
        <Link to={hrefTo(["prices", "new"], { provider_id, model: rest.join("/") })} className="link text-xs">
          Set a price
        </Link>
      ) : null}
    </>
  );
}
