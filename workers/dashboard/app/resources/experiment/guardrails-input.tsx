import { Plus, X } from "lucide-react";
import { isRow, type Row, textIn } from "../../lib/json.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { InputGroup } from "../provider/group.tsx";
import { withNumber } from "./parts.ts";

const METRICS = [
  { value: "error_rate", label: "Error rate, a share such as 0.05" },
  { value: "p95_latency", label: "95th percentile of latency, milliseconds" },
  { value: "cost_per_request", label: "Cost of a request, dollars" },
] as const;
const BOUNDS = [
  { value: "max", label: "is at most" },
  { value: "max_increase", label: "rises against the control by at most" },
] as const;

/** What stops a variant that is proven to break it. */
export default function GuardrailsInput({ value, onChange, problemOf }: FieldInputProps) {
  const guardrails = Array.isArray(value) ? value.filter(isRow) : [];
  const set = (at: number, next: Row): void => onChange(guardrails.map((one, place) => (place === at ? next : one)));
  return (
    <InputGroup
      legend="Guardrails"
      hint="A variant that is proven to break one is stopped by itself. An increase of 0.5 is half as much again."
      problem={problemOf("guardrails")}
    >
      {guardrails.map((one, at) => {
        const bound = "max_increase" in one ? "max_increase" : "max";
        const problem = problemOf(`guardrails[${at}].${bound}`) ?? problemOf(`guardrails[${at}].metric`);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may be the same for a while
          <div key={at} className="grid items-end gap-2 sm:grid-cols-[1fr_1fr_7rem_2rem]">
            <Field label="Figure">
              <Select
                value={textIn(one, "metric")}
                onChange={(metric) => set(at, { ...one, metric })}
                options={METRICS}
              />
            </Field>
            <Field label="Bound">
              <Select
                value={bound}
                onChange={(next) => set(at, { metric: one.metric, [next]: one[bound] })}
                options={BOUNDS}
              />
            </Field>
            <Field label="Value" error={problem}>
              <Input
                inputMode="decimal"
                value={String(one[bound] ?? "")}
                onChange={(event) => set(at, withNumber(one, bound, event.target.value))}
              />
            </Field>
            <IconButton
              icon={X}
              label={`Remove guardrail ${at + 1}`}
              onClick={() => onChange(guardrails.filter((_, place) => place !== at))}
            />
          </div>
        );
      })}
      <Button
        size="sm"
        icon={Plus}
        className="self-start"
        onClick={() => onChange([...guardrails, { metric: "error_rate", max_increase: 0.5 }])}
      >
        Add a guardrail
      </Button>
    </InputGroup>
  );
}
