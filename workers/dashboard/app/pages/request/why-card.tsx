import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import { formatUsd, usdOf } from "../../lib/amounts.ts";
import { formatNumber } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import type { Names } from "../../resources/names.ts";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { type Candidate, CandidateTable } from "./candidate-table.tsx";
import type { LoggedRequest } from "./timeline.ts";
import { howOf } from "./words.ts";

/** Why it went to its model: the rules that were tried, the candidates, the experiment. */
export function WhyCard({ request, names }: { readonly request: LoggedRequest; readonly names: Names }) {
  const { routing, model } = request;
  if (routing === null) {
    return (
      <Card title="Why this model">
        <p className="text-sm text-ink-2">Nothing was kept of it: the request is older than that.</p>
      </Card>
    );
  }
  return (
    <Card title="Why this model" description={<Summary routing={routing} model={model} />}>
      <div className="flex flex-col gap-4">
        <RuleSteps routing={routing} names={names} />
        {routing.candidates.length === 0 ? null : (
          <CandidateTable candidates={routing.candidates.map(candidateOf)} chosen={model} />
        )}
        <Experiments routing={routing} names={names} />
      </div>
    </Card>
  );
}

type Routing = NonNullable<LoggedRequest["routing"]>;

const candidateOf = ({ cost_nano_usd, ...one }: Routing["candidates"][number]): Candidate => ({
  ...one,
  cost_usd: cost_nano_usd == null ? null : usdOf(BigInt(cost_nano_usd)),
});

function Summary({ routing, model }: { readonly routing: Routing; readonly model: string }) {
  const asked = (
    <>
      Asked for <Code>{routing.asked}</Code>, answered by <Code>{model}</Code>.{" "}
    </>
  );
  if (routing.rule_id === null)
    return (
      <>
        {asked}
        {howOf("asked")}
      </>
    );
  return (
    <>
      {asked}The rule “
      <Link to={hrefTo(["rules", routing.rule_id])} className="link">
        {routing.rule ?? routing.rule_id}
      </Link>
      ” {howOf(routing.how)}
      {routing.wallet_used_percent === undefined
        ? null
        : ` ${formatNumber(routing.wallet_used_percent)} % of the wallet was used.`}
    </>
  );
}

export const Code = ({ children }: { readonly children: ReactNode }) => (
  <code className="rounded-sm bg-sunken px-1 font-mono text-xs text-ink wrap-anywhere">{children}</code>
);

/** The rules in order, each with what did not hold, and the one that decided. */
function RuleSteps({ routing, names }: { readonly routing: Routing; readonly names: Names }) {
  const { passed_over, passed_over_more, rule_id, rule } = routing;
  if (passed_over.length === 0 && rule_id === null)
    return <p className="text-sm text-ink-2">There was no routing rule to try.</p>;
  return (
    <ol aria-label="Rules that were tried" className="flex flex-col text-sm">
      {passed_over.map((one) => (
        <RuleStep key={one.rule_id} id={one.rule_id} name={names.label("routing_rule", one.rule_id)} holds={false}>
          its condition <Code>{one.failed}</Code> did not hold
        </RuleStep>
      ))}
      {passed_over_more === 0 ? null : (
        <li className="py-1 pl-6 text-xs text-ink-3">and {passed_over_more} more that did not apply</li>
      )}
      {rule_id === null ? null : (
        <RuleStep id={rule_id} name={rule ?? rule_id} holds>
          applied and decided
        </RuleStep>
      )}
    </ol>
  );
}

export const RuleStep = ({
  id,
  name,
  holds,
  children,
}: {
  readonly id: string;
  readonly name: string;
  readonly holds: boolean;
  readonly children: ReactNode;
}) => (
  <li className="flex items-start gap-2 py-1">
    {holds ? (
      <Check size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-good-ink" />
    ) : (
      <X size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
    )}
    <span className="min-w-0">
      <Link to={hrefTo(["rules", id])} className={holds ? "link font-medium" : "link"}>
        {name}
      </Link>{" "}
      <span className="text-ink-3">{children}</span>
    </span>
  </li>
);

function Experiments({ routing, names }: { readonly routing: Routing; readonly names: Names }) {
  const { experiment, not_in_experiments = [] } = routing;
  if (experiment == null && not_in_experiments.length === 0) return null;
  return (
    <div className="flex flex-col gap-1 border-t border-line pt-3 text-sm">
      {experiment == null ? null : (
        <p className="flex flex-wrap items-center gap-1.5">
          In the experiment
          <Link to={hrefTo(["experiments", experiment.id])} className="link">
            {experiment.name}
          </Link>
          as <Badge tone="accent">{experiment.variant}</Badge>
          {experiment.promoted === true ? <span className="text-ink-3">promoted: all requests get it</span> : null}
          {experiment.moved === true ? (
            <span className="text-ink-3">served by the control, as its own variant was stopped</span>
          ) : null}
        </p>
      )}
      {not_in_experiments.map(({ experiment_id, failed }) => (
        <p key={experiment_id} className="text-ink-3">
          Not in the experiment {names.label("experiment", experiment_id)}: <Code>{failed}</Code>
        </p>
      ))}
    </div>
  );
}

/** What it would about cost there, for who looks at the candidates of a decision. */
export const costText = (usd: string | null): string => (usd === null ? "–" : formatUsd(usd));
