import { useParams } from "@tanstack/react-router";
import { useApiQuery } from "../../api/hooks.ts";
import { label } from "../../lib/format.ts";
import { rowOf } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { type Names, useNames } from "../../resources/names.ts";
import { Reference } from "../../resources/value.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { Page } from "../../ui/page.tsx";
import { Notice } from "../../ui/problem.tsx";
import { Time } from "../../ui/time.tsx";
import { UnreadPage } from "../../ui/unread-page.tsx";
import { EntryValue } from "../audit/value.tsx";
import { DeliveriesCard } from "../deliveries/deliveries-card.tsx";
import { KINDS, NAMED, ToneIcon, wordsOf } from "./alert.tsx";
import { Why } from "./why.tsx";

const CRUMBS = [{ text: "Alerts", to: "/alerts" }];

/** One alert: what happened, the figures it was made of, and who was told. */
export default function AlertPage() {
  const { id = "" } = useParams({ strict: false });
  const names = useNames(NAMED);
  const query = useApiQuery("/v1/alerts/{id}", { path: { id } });
  if (query.isError || query.isPending || names.loading)
    return <UnreadPage title="Alert" crumbs={CRUMBS} query={query} />;
  const alert = query.data;
  const { title, to, tone } = wordsOf(alert, names);
  const { kind, object_type, object_id, team_id, at, details, swallowed_by } = alert;
  return (
    <Page
      title={title}
      crumbs={CRUMBS}
      beside={
        <>
          <ToneIcon tone={tone} size={18} />
          <Badge>{KINDS[kind] ?? kind}</Badge>
        </>
      }
      actions={
        <>
          <RequestsLink type={object_type} id={object_id} at={at} />
          {to === hrefTo(["alerts", id]) ? null : (
            <ButtonLink look="primary" to={to}>
              {TARGETS[kind] ?? "Look at it"}
            </ButtonLink>
          )}
        </>
      }
    >
      {swallowed_by === null ? null : (
        <Notice>
          Nobody was told of this one: the same had been said shortly before, by{" "}
          <Link to={hrefTo(["alerts", swallowed_by])} className="link">
            this alert
          </Link>
          .
        </Notice>
      )}
      <Why alert={alert} />
      <Card title="What it says">
        <Facts
          facts={[
            ["When", <Time key="at" iso={at} exact />],
            [
              "About",
              <span key="about">
                {object_type.replaceAll("_", " ")} <Reference resource={object_type} id={object_id} names={names} />
              </span>,
            ],
            ...(team_id === null
              ? []
              : [["Team", <Reference key="team" resource="team" id={team_id} names={names} />] as const]),
            ...Object.entries(rowOf(details)).map(
              ([name, value]) => [label(name), <Detail key={name} name={name} value={value} names={names} />] as const,
            ),
          ]}
        />
      </Card>
      {swallowed_by === null ? (
        <DeliveriesCard
          title="Who was told"
          filter={{ source_id: id }}
          empty="No message was made of it: its policy names nobody for it, or there was no channel to send by."
        />
      ) : null}
    </Page>
  );
}

const TARGETS: Readonly<Record<string, string>> = {
  threshold: "Open the wallet",
  exhaustion: "Open the wallet",
  anomaly: "Open the wallet",
  provider: "Open the provider",
  budget_request: "Open the request",
  bill: "Open the comparison",
};

/** What was asked for in the hours around it, where that says why. */
function RequestsLink({ type, id, at }: { readonly type: string; readonly id: string; readonly at: string }) {
  const parameter = { wallet: "wallet_id", key: "key_id", provider: "provider" }[type];
  const told = Date.parse(at);
  if (parameter === undefined || Number.isNaN(told)) return null;
  const [from, to] = [told - 3 * 3_600_000, told + 3_600_000].map((ms) => new Date(ms).toISOString());
  return <ButtonLink to={hrefTo(["requests"], { [parameter]: id, from, to })}>Requests around it</ButtonLink>;
}

/** The resource that a detail such as `wallet_id` has the ID of. */
const namedBy = (name: string): string | undefined => NAMED.find((resource) => name === `${resource}_id`);

/** Times are shown as such whatever they are called, and what has a name here by it. */
const Detail = ({ name, value, names }: { readonly name: string; readonly value: unknown; readonly names: Names }) =>
  typeof value === "string" && namedBy(name) !== undefined ? (
    <Reference resource={namedBy(name) ?? ""} id={value} names={names} />
  ) : typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? (
    <Time iso={value} exact />
  ) : name.endsWith("_percent") || name === "percent" ? (
    <span className="figure">{String(value ?? "–")} %</span>
  ) : (
    <EntryValue name={name} value={value} />
  );
