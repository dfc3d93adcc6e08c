import { useParams } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { useApiQuery } from "../../api/hooks.ts";
import { useApiMutation } from "../../api/mutation.ts";
import { capital, formatDuration, formatNumber } from "../../lib/format.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useNames } from "../../resources/names.ts";
import { Reference } from "../../resources/value.tsx";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";
import { UnreadPage } from "../../ui/unread-page.tsx";
import { attemptsOf, type Delivery, DeliveryStatus, titleOf } from "./delivery.tsx";
import { Message } from "./message.tsx";

const CRUMBS = [{ text: "Deliveries", to: "/deliveries" }];

/** One message to one receiver: its tries, what it says, and sending it once more. */
export default function DeliveryPage() {
  const { id = "" } = useParams({ strict: false });
  const query = useApiQuery("/v1/deliveries/{id}", { path: { id } });
  const names = useNames(["channel"]);
  if (query.isError || query.isPending || names.loading)
    return <UnreadPage title="Delivery" crumbs={CRUMBS} query={query} />;
  const delivery = query.data;
  const { status, channel_id, recipient, source_id, type, created_at, next_attempt_at, finished_at } = delivery;
  const tries = attemptsOf(delivery);
  return (
    <Page
      title={titleOf(delivery)}
      crumbs={CRUMBS}
      beside={<DeliveryStatus status={status} />}
      actions={<Replay delivery={delivery} />}
    >
      <Card title="Tries" description={saysOf(delivery)} flush={tries.length > 0}>
        {tries.length === 0 ? <p className="text-sm text-ink-2">It was not tried yet.</p> : <Tries tries={tries} />}
      </Card>
      <div className="grid gap-5 lg:grid-cols-2">
        <Card title="What it says">
          <Message message={delivery.message} />
        </Card>
        <Card title="Details">
          <Facts
            facts={[
              ["Channel", <Reference key="channel" resource="channel" id={channel_id} names={names} />],
              ...(recipient === "" ? [] : [["To", recipient] as const]),
              [
                type === "alert" ? "Alert" : "Of",
                type === "alert" ? (
                  <Link key="alert" to={hrefTo(["alerts", source_id])} className="link">
                    What it tells of
                  </Link>
                ) : (
                  source_id
                ),
              ],
              ["Made", <Time key="made" iso={created_at} exact />],
              status === "pending"
                ? ["Next try", <Time key="next" iso={next_attempt_at} exact />]
                : ["Ended", finished_at === null ? "–" : <Time key="ended" iso={finished_at} exact />],
              [
                "x-ao-delivery",
                <span key="id" className="inline-flex items-center gap-1">
                  <code className="font-mono text-xs wrap-anywhere">{id}</code>
                  <CopyButton text={id} label="Copy the ID" />
                </span>,
              ],
            ]}
          />
        </Card>
      </div>
    </Page>
  );
}

const saysOf = ({ status }: Delivery): string =>
  status === "pending"
    ? "It is tried after 30 seconds, 2, 10 and 30 minutes, and 1, 3, 6 and 12 hours."
    : status === "sent"
      ? "Its receiver took it."
      : "It was given up: nothing is sent any more unless you send it again.";

function Replay({ delivery: { id, status } }: { readonly delivery: Delivery }) {
  const access = useAccess();
  const replay = useApiMutation("post", "/v1/deliveries/{id}/replay", {
    invalidates: ["/v1/deliveries"],
    onSuccess: () => toast("It is sent again within a minute."),
  });
  if (status === "pending" || !access.may("channels:write")) return null;
  const send = (): void =>
    replay.mutate({ parameters: { path: { id } } }, { onError: (error) => toast(error.message, "bad") });
  return (
    <Button icon={RotateCw} look={status === "dead" ? "primary" : "secondary"} busy={replay.isPending} onClick={send}>
      Send again
    </Button>
  );
}

const Tries = ({ tries }: { readonly tries: readonly Row[] }) => (
  <ol className="border-t border-line text-sm">
    {tries.map((attempt, index) => (
      <li
        // biome-ignore lint/suspicious/noArrayIndexKey: tries are only ever added at the end
        key={index}
        className="grid grid-cols-[2rem_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0"
      >
        <span className="figure text-ink-3">{formatNumber(index + 1)}</span>
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          {attempt.taken === true ? <Badge tone="good">Taken</Badge> : <Badge tone="bad">Not taken</Badge>}
          {typeof attempt.http_status === "number" ? (
            <span className="figure text-ink-2">HTTP {attempt.http_status}</span>
          ) : null}
          {attempt.taken === true ? null : (
            <span className="min-w-0 wrap-anywhere">{capital(textOrNull(attempt, "problem") ?? "")}</span>
          )}
        </span>
        <span className="text-right text-xs text-ink-3">
          <Time iso={textIn(attempt, "at")} />
          {typeof attempt.latency_ms === "number" ? `, ${formatDuration(attempt.latency_ms)}` : ""}
        </span>
      </li>
    ))}
  </ol>
);
