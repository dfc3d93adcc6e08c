import { USAGE_COMPONENTS, type UsageComponent } from "../../../../../schema/canonical/usage.ts";
import { isPiece } from "../../../../../schema/pricing/component-rate.ts";
import { isRow, textIn } from "../../lib/json.ts";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { InputGroup } from "../provider/group.tsx";

const FIRST: readonly UsageComponent[] = ["input", "output", "cached_read", "reasoning"];
/** As the API calls a rate: what is counted by the piece is priced by the piece. */
const nameOf = (component: UsageComponent): string =>
  isPiece(component) ? `${component}_usd` : `${component}_usd_per_million`;

/** What each component costs, in dollars per million. */
export default function RatesInput({ value, onChange, problemOf }: FieldInputProps) {
  const rates = isRow(value) ? value : {};
  const others = USAGE_COMPONENTS.filter((component) => !FIRST.includes(component));
  const input = (component: UsageComponent) => {
    const name = nameOf(component);
    return (
      <Field
        key={component}
        label={`${component.charAt(0).toUpperCase()}${component.slice(1).replaceAll("_", " ")}${isPiece(component) ? ", each" : ""}`}
        required={component === "input"}
        error={problemOf(`rates.${name}`)}
      >
        <Input
          before="$"
          inputMode="decimal"
          value={textIn(rates, name)}
          onChange={(event) => {
            const { [name]: _before, ...rest } = rates;
            const text = event.target.value.trim();
            const next = text === "" ? rest : { ...rest, [name]: text };
            onChange(Object.keys(next).length === 0 ? undefined : next);
          }}
        />
      </Field>
    );
  };
  return (
    <InputGroup
      legend="Rates"
      hint="Dollars per million tokens; of what is counted by the piece, dollars for each. A component without a rate of its own is charged at the dearest."
      problem={problemOf("rates")}
    >
      <div className="grid gap-3 sm:grid-cols-2">{FIRST.map(input)}</div>
      <details open={others.some((component) => nameOf(component) in rates)}>
        <summary className="cursor-pointer text-sm text-ink-2">Further components</summary>
        <div className="mt-3 grid gap-3 sm:grid-cols-2">{others.map(input)}</div>
      </details>
    </InputGroup>
  );
}
