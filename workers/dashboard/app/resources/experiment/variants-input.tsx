import { Plus, X } from "lucide-react";
import { useEffect } from "react";
import { isRow, type Row, textIn } from "../../lib/json.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { JsonSwitch } from "../routing-rule/json-switch.tsx";
import { numberOr, withNumber, withText } from "./parts.ts";

const BEGIN: readonly Row[] = [
  { name: "control", percent: 50 },
  { name: "variant", percent: 50 },
];
const VARIANTS_MAX = 8;
const NUMBERS = [
  { name: "temperature", label: "Temperature" },
  { name: "top_p", label: "Top p" },
  { name: "max_tokens", label: "Max tokens" },
] as const;
const EFFORTS = ["none", "minimal", "low", "medium", "high"];

/** What is compared: shares, models, and parameters that take the place of the caller's. The first is the control. */
export default function VariantsInput({ value, onChange, problemOf }: FieldInputProps) {
  const variants = Array.isArray(value) ? value.filter(isRow) : BEGIN;
  // What is begun with is sent, too, if nobody changes it.
  const unset = value === undefined;
  useEffect(() => {
    if (unset) onChange(BEGIN);
  });
  const set = (at: number, part: Row): void =>
    onChange(variants.map((one, place) => (place === at ? { ...one, ...part } : one)));
  const total = variants.reduce((sum, { percent }) => sum + (Number(percent) || 0), 0);
  return (
    <JsonSwitch
      legend="Variants"
      hint="The first is the control: what the others are measured against, and where traffic falls back to. Shares are percent and add up to 100."
      value={value ?? variants}
      onChange={onChange}
      problem={() => problemOf("variants")}
      kind="list"
    >
      {variants.map((variant, at) => (
        <section
          // biome-ignore lint/suspicious/noArrayIndexKey: a name is typed, and two may be the same for a while
          key={at}
          aria-label={`Variant ${at + 1}`}
          className="flex flex-col gap-3 rounded-md border border-line p-3"
        >
          <div className="flex items-end gap-2">
            <Field label={at === 0 ? "Control" : "Name"} className="flex-1" error={problemOf(`variants[${at}].name`)}>
              <Input
                value={textIn(variant, "name")}
                onChange={(event) => set(at, { name: event.target.value.trim() })}
              />
            </Field>
            <Field label="Percent" className="w-20" error={problemOf(`variants[${at}].percent`)}>
              <Input
                inputMode="decimal"
                className="text-right"
                value={String(variant.percent ?? "")}
                onChange={(event) => set(at, { percent: numberOr(event.target.value) })}
              />
            </Field>
            <IconButton
              icon={X}
              label={`Remove variant ${at + 1}`}
              disabled={variants.length <= 2}
              onClick={() => onChange(variants.filter((_, place) => place !== at))}
            />
          </div>
          <Field label="Model" required={false} error={problemOf(`variants[${at}].model`)}>
            <Input
              placeholder="the one that the request would go to"
              value={textIn(variant, "model")}
              onChange={(event) =>
                onChange(
                  variants.map((one, place) =>
                    place === at ? withText(one, "model", event.target.value.trim()) : one,
                  ),
                )
              }
            />
          </Field>
          <Parameters
            at={at}
            value={isRow(variant.parameters) ? variant.parameters : {}}
            problemOf={problemOf}
            onChange={(parameters) => {
              const { parameters: _before, ...others } = variant;
              const next = Object.keys(parameters).length === 0 ? others : { ...others, parameters };
              onChange(variants.map((one, place) => (place === at ? next : one)));
            }}
          />
        </section>
      ))}
      <div className="flex items-center justify-between gap-3">
        <Button
          size="sm"
          icon={Plus}
          disabled={variants.length >= VARIANTS_MAX}
          onClick={() => onChange([...variants, { name: `variant-${variants.length}`, percent: 0 }])}
        >
          Add a variant
        </Button>
        <span
          className={
            Math.abs(total - 100) < 0.005 ? "figure text-sm text-ink-3" : "figure text-sm font-medium text-bad-ink"
          }
        >
          {Math.round(total * 100) / 100} % in all
        </span>
      </div>
    </JsonSwitch>
  );
}

function Parameters({
  at,
  value,
  onChange,
  problemOf,
}: {
  readonly at: number;
  readonly value: Row;
  readonly onChange: (value: Row) => void;
  readonly problemOf: (param: string) => string | null;
}) {
  const error = (name: string): string | null => problemOf(`variants[${at}].parameters.${name}`);
  return (
    <details open={Object.keys(value).length > 0}>
      <summary className="cursor-pointer text-sm text-ink-2">Parameters in place of the caller's</summary>
      <div className="mt-2 grid grid-cols-2 gap-3">
        {NUMBERS.map(({ name, label }) => (
          <Field key={name} label={label} required={false} error={error(name)}>
            <Input
              inputMode="decimal"
              value={String(value[name] ?? "")}
              onChange={(event) => onChange(withNumber(value, name, event.target.value))}
            />
          </Field>
        ))}
        <Field label="Reasoning effort" required={false} error={error("reasoning_effort")}>
          <Select
            value={textIn(value, "reasoning_effort")}
            onChange={(effort) => onChange(withText(value, "reasoning_effort", effort))}
            options={[{ value: "", label: "As asked" }, ...EFFORTS.map((effort) => ({ value: effort, label: effort }))]}
          />
        </Field>
        <Field label="System prompt" required={false} className="col-span-2" error={error("system_prompt")}>
          <Textarea
            rows={2}
            value={textIn(value, "system_prompt")}
            onChange={(event) => onChange(withText(value, "system_prompt", event.target.value))}
          />
        </Field>
      </div>
    </details>
  );
}
