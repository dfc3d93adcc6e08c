import type { AnswerOf } from "../../api/types.ts";
import { formatUsd } from "../../lib/amounts.ts";
import { formatNumber } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { Problem } from "../../ui/problem.tsx";
import { CandidateTable } from "../request/candidate-table.tsx";
import { Code, RuleStep } from "../request/why-card.tsx";
import { howOf } from "../request/words.ts";

export type Explained = AnswerOf<"/v1/routing/explain", "post">;

/** What would happen to a request. */
export function ExplainedCard({ answer }: { readonly answer: Explained }) {
  const { asked, model, then, rule, considered, candidates, experiment, not_in_experiments, facts, refused } = answer;
  return (
    <Card title={model === null ? "It would be refused" : <span className="wrap-anywhere">{model}</span>}>
      <div className="flex flex-col gap-4 text-sm">
        <Problem message={refused?.message} />
        {model === null ? null : (
          <p className="text-ink-2">
            Asked for <Code>{asked}</Code>.{" "}
            {rule === null ? (
              howOf("asked")
            ) : (
              <>
                The rule “
                <Link to={hrefTo(["rules", rule.id])} className="link">
                  {rule.name}
                </Link>
                ” {howOf(answer.how ?? "")}
              </>
            )}
            {then.length === 0 ? null : <> Where it fails, next: {then.join(", ")}.</>}
            {answer.continue ? " A stream that breaks off goes on with the next." : null}
          </p>
        )}
        {considered.length === 0 ? (
          <p className="text-ink-2">There was no rule to try.</p>
        ) : (
          <ol aria-label="Rules that were tried" className="flex flex-col">
            {considered.map(({ rule_id, name, failed }) => (
              <RuleStep key={rule_id} id={rule_id} name={name} holds={failed === null}>
                {failed === null ? (
                  "applies and decides"
                ) : (
                  <>
                    its condition <Code>{failed}</Code> does not hold
                  </>
                )}
              </RuleStep>
            ))}
          </ol>
        )}
        {candidates.length === 0 ? null : <CandidateTable candidates={candidates} chosen={model} />}
        {experiment === null ? null : (
          <p>
            In the experiment{" "}
            <Link to={hrefTo(["experiments", experiment.id])} className="link">
              {experiment.name}
            </Link>{" "}
            as <Badge tone="accent">{experiment.variant}</Badge>
          </p>
        )}
        {not_in_experiments.map(({ experiment_id, failed }) => (
          <p key={experiment_id} className="text-ink-3">
            Not in the experiment{" "}
            <Link to={hrefTo(["experiments", experiment_id])} className="link">
              {experiment_id}
            </Link>
            : <Code>{failed}</Code>
          </p>
        ))}
        <p className="border-t border-line pt-3 text-xs text-ink-3">
          Rules were told: {formatNumber(facts.input_tokens)} input tokens
          {facts.estimated_cost_usd === null
            ? null
            : `, about ${formatUsd(facts.estimated_cost_usd)} at the model asked for`}
          {facts.wallet_used_percent === null ? null : `, ${facts.wallet_used_percent} % of the wallet used`}
          {facts.regions.length === 0 ? null : `, from ${facts.regions.join(", ")}`}.
        </p>
      </div>
    </Card>
  );
}
