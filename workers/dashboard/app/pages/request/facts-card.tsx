import type { ReactNode } from "react";
import { hrefTo } from "../../lib/paths.ts";
import type { Names } from "../../resources/names.ts";
import { Reference } from "../../resources/value.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import type { LoggedRequest } from "./timeline.ts";

const NOTHING = <span className="text-ink-3">–</span>;

/** Who asked and for what; each leads to the requests that have it in common. */
export function CallerCard({ request, names }: { readonly request: LoggedRequest; readonly names: Names }) {
  const { key_id, team_id, cost_center, feature, subject, tags, country } = request;
  const like = (name: string, value: string | null, text = value): ReactNode =>
    value === null ? (
      NOTHING
    ) : (
      <Link to={hrefTo(["requests"], { [name]: value })} className="link">
        {text}
      </Link>
    );
  return (
    <Card title="Caller">
      <Facts
        facts={[
          ["Key", <Reference key="key" resource="key" id={key_id} names={names} />],
          ["Team", team_id === null ? NOTHING : <Reference key="team" resource="team" id={team_id} names={names} />],
          ["Cost centre", like("cost_center", cost_center)],
          ["Feature", like("feature", feature)],
          ["Subject", like("subject", subject)],
          [
            "Tags",
            Object.keys(tags).length === 0 ? (
              NOTHING
            ) : (
              <span key="tags" className="flex flex-wrap gap-x-3">
                {Object.entries(tags).map(([name, value]) => (
                  <span key={name}>{like("tag", `${name}:${value}`)}</span>
                ))}
              </span>
            ),
          ],
          ["Country", like("country", country)],
        ]}
      />
    </Card>
  );
}

/** What it was technically: for whoever compares it with the provider's log. */
export function CallCard({ request }: { readonly request: LoggedRequest }) {
  const copied = (text: string | null, name: string): ReactNode =>
    text === null ? (
      NOTHING
    ) : (
      <span className="inline-flex max-w-full items-center gap-1">
        <code className="min-w-0 font-mono text-xs wrap-anywhere">{text}</code>
        <CopyButton text={text} label={`Copy: ${name}`} />
      </span>
    );
  const { provider, provider_kind, upstream_model, finish_reason, route, dialect, stream, usage_source } = request;
  return (
    <Card title="Call">
      <Facts
        facts={[
          ["Route", `${route}${stream ? ", streamed" : ""}`],
          ["Dialect", dialect],
          [
            "Provider",
            <Link key="provider" to={hrefTo(["providers", provider])} className="link">
              {provider}
            </Link>,
          ],
          ["Kind", provider_kind],
          ["Model, as it names it", upstream_model ?? NOTHING],
          ["Its request ID", copied(request.upstream_request_id, "the provider's request ID")],
          ["Finish reason", finish_reason ?? NOTHING],
          ["Usage", USAGE[usage_source] ?? usage_source],
          ["Trace ID", copied(request.trace_id, "the trace's ID")],
        ]}
      />
    </Card>
  );
}

const USAGE: Readonly<Record<string, string>> = {
  provider: "As the provider reported it",
  counted: "Counted here: the provider reported none",
  cache: "That of the answer that was kept",
  bound: "The bound: neither reported nor countable",
};
