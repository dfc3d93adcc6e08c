import { isRow } from "../../lib/json.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { InputGroup } from "../provider/group.tsx";
import { withNumber } from "./parts.ts";

const PARTS = [
  { name: "min_samples", label: "Requests of each, at least" },
  { name: "min_lift", label: "Better by a share of at least" },
  { name: "confidence", label: "With a confidence of" },
] as const;
const BEGIN = { min_samples: 1_000, min_lift: 0.02, confidence: 0.95 };

/** When the best variant becomes everybody's by itself. */
export default function PromotionInput({ value, onChange, creating, problemOf }: FieldInputProps) {
  const given = isRow(value) ? value : null;
  return (
    <InputGroup
      legend="Promotion"
      hint="The best variant is given to all as soon as it is proven to be better than the control by the metric that decides."
      problem={problemOf("promotion")}
    >
      <Checkbox
        label="Promote the best variant by itself"
        checked={given !== null}
        onChange={(on) => onChange(on ? BEGIN : creating ? undefined : null)}
      />
      {given === null ? null : (
        <div className="grid items-end gap-3 sm:grid-cols-3">
          {PARTS.map(({ name, label }) => (
            <Field key={name} label={label} error={problemOf(`promotion.${name}`)}>
              <Input
                inputMode="decimal"
                value={String(given[name] ?? "")}
                onChange={(event) => onChange(withNumber(given, name, event.target.value))}
              />
            </Field>
          ))}
        </div>
      )}
    </InputGroup>
  );
}
