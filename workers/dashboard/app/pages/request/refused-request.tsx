import type { ReactNode } from "react";
import { ERRORS } from "../../../../../schema/kernel/errors.ts";
import { useApiQuery } from "../../api/hooks.ts";
import { formatNumber } from "../../lib/format.ts";
import { rowOf, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import type { Names } from "../../resources/names.ts";
import { Reference } from "../../resources/value.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Page } from "../../ui/page.tsx";
import { Stat } from "../../ui/stat.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { isYoung } from "./use-request.ts";
import { VerdictNotice } from "./verdict-notice.tsx";
import { type Refusal, refusalVerdict } from "./words.ts";

export const CRUMBS = [{ text: "Requests", to: "/requests" }];

/** Why nothing is known of a request. */
export const MissingRequest = ({ id }: { readonly id: string }) => (
  <Page title="Request" crumbs={CRUMBS}>
    <EmptyState title="There is no such request in the log">
      <p>
        <code className="font-mono text-xs wrap-anywhere">{id}</code>
      </p>
      <p>
        {isYoung(id)
          ? "A request is here some seconds after its answer: it is looked for again by itself."
          : "An old one is kept no longer than the log is, and one of another team is not shown to you."}{" "}
        Refusals are here too, by their wallet or by a rule. Not kept are those that only say later (429, a wallet that
        is held by other requests), those of requests that were not valid, and of a burst all but some.
      </p>
    </EmptyState>
  </Page>
);

/** A request that was refused before anything was held: why, and what can be done. */
export function RefusedRequest({ refusal, names }: { readonly refusal: Refusal; readonly names: Names }) {
  const { request_id, at, code, key_id, wallet_id, team_id, model, route, count } = refusal;
  return (
    <Page
      title="Request"
      crumbs={CRUMBS}
      beside={<Badge tone="warn">{`${statusOf(code)} refused`}</Badge>}
      description={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <code className="font-mono text-xs wrap-anywhere">{request_id}</code>
          <CopyButton text={request_id} label="Copy the request's ID" />
          <span aria-hidden="true">·</span>
          <Time iso={at} exact />
        </span>
      }
    >
      <VerdictNotice verdict={refusalVerdict(refusal)} code={code} />
      <Figures refusal={refusal} />
      <Card title="Caller" description="It was refused before anything was held: nothing was charged.">
        <Facts
          facts={[
            ["Key", <Reference key="key" resource="key" id={key_id} names={names} />],
            ["Its wallet", <Reference key="wallet" resource="wallet" id={wallet_id} names={names} />],
            ...(team_id === null
              ? []
              : [["Team", <Reference key="team" resource="team" id={team_id} names={names} />] as const]),
            ["Asked for", model ?? "refused before that was read"],
            ["Route", route],
            ...(count === 1
              ? []
              : [["In a burst", `${formatNumber(count)} refusals of this kind are told by this one`] as const]),
          ]}
        />
      </Card>
    </Page>
  );
}

const statusOf = (code: string): string => (code in ERRORS ? String(ERRORS[code as keyof typeof ERRORS].status) : "");

/** What decided: what the request could have cost, what there was, and what there is now. */
function Figures({ refusal }: { readonly refusal: Refusal }) {
  const { error } = refusal;
  const { required_usd, available_usd, maximum_per_request_usd, max_affordable_tokens, wallet_id } = error;
  if (typeof wallet_id !== "string" || typeof required_usd !== "string") return null;
  return (
    <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      <Stat label="It could have cost" value={<Money usd={required_usd} />} hint="at most: so much must be free" />
      {typeof maximum_per_request_usd === "string" ? (
        <Stat
          label="Most for one request"
          value={<Money usd={maximum_per_request_usd} />}
          hint="a setting of the wallet"
        />
      ) : null}
      {typeof available_usd === "string" ? (
        <Stat label="Left then" value={<Money usd={available_usd} />} hint={<Resets at={error.resets_at} />} />
      ) : null}
      {typeof max_affordable_tokens === "number" ? (
        <Stat
          label="Would have fitted"
          value={`${formatNumber(max_affordable_tokens)} tokens`}
          hint={max_affordable_tokens === 0 ? "the prompt alone is too dear" : "as max_tokens of the answer"}
        />
      ) : null}
      <LeftNow id={wallet_id} />
    </div>
  );
}

const Resets = ({ at }: { readonly at: unknown }): ReactNode =>
  typeof at === "string" ? (
    <span>
      resets <Time iso={at} />
    </span>
  ) : (
    "it does not reset by itself"
  );

function LeftNow({ id }: { readonly id: string }) {
  const wallet = useApiQuery("/v1/wallets/{id}", { path: { id } });
  const left = textOrNull(rowOf(wallet.data), "available_usd");
  if (wallet.isError) return null;
  return (
    <Stat
      label="Left now"
      loading={wallet.isPending}
      value={left === null ? "No limit" : <Money usd={left} />}
      hint="in the wallet that was short"
      to={hrefTo(["wallets", id])}
    />
  );
}
