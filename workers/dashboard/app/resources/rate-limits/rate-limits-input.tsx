import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldGroupProps } from "../extras.tsx";
import { InputGroup } from "../provider/group.tsx";
import { meaningOf, RATES } from "./rate-limits.ts";

/** The rate limits of a key or a wallet: a row each with its limit, its unit and its window. Empty is no limit. */
export default function RateLimitsInput({ values, onChange, problemOf }: FieldGroupProps) {
  return (
    <InputGroup
      legend="Rate limits"
      hint="How much may be asked for in how much time. Left empty, there is no such limit; those of the wallet and of the wallets above it hold as well."
    >
      {RATES.map((rate) => {
        const { name, label, unit, window } = rate;
        const typed = typeof values[name] === "string" ? values[name] : "";
        const problem = problemOf(name);
        const meaning = problem === null ? meaningOf(rate, typed) : null;
        return (
          <Field key={name} label={label} hideLabel error={problem} {...(meaning === null ? {} : { hint: meaning })}>
            <div className="flex items-center gap-3">
              <div className="w-36 shrink-0">
                <Input
                  inputMode="numeric"
                  placeholder="No limit"
                  value={typed}
                  onChange={(event) => onChange(name, event.target.value)}
                />
              </div>
              <span aria-hidden="true" className="text-sm text-ink-2">
                {unit} {window}
              </span>
            </div>
          </Field>
        );
      })}
    </InputGroup>
  );
}
