import { PROVIDER_KINDS } from "../../../../../schema/providers/kinds.ts";
import { ChoiceCards } from "../../ui/choice-cards.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { LetterLogo } from "./letter-logo.tsx";

/** Which API it speaks: every kind, side by side. */
export default function KindInput({ value, onChange, problemOf }: FieldInputProps) {
  return (
    <ChoiceCards
      legend="Kind"
      className="grid-cols-[repeat(auto-fill,minmax(10.5rem,1fr))]"
      value={value}
      onChange={onChange}
      problem={problemOf("kind")}
      choices={Object.entries(PROVIDER_KINDS).map(([kind, { label }]) => ({
        value: kind,
        content: (
          <>
            <LetterLogo name={label} className="size-7" />
            <span className="min-w-0 leading-tight">{label}</span>
          </>
        ),
      }))}
    />
  );
}
