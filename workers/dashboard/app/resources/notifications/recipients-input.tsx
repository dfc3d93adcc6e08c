import { useId } from "react";
import type { FieldInputProps } from "../extras.tsx";
import { useNames } from "../names.ts";
import { RecipientPicker } from "./recipient-picker.tsx";

/** Who gets a digest. */
export default function RecipientsInput({ value, onChange, problemOf }: FieldInputProps) {
  const id = useId();
  const names = useNames(["channel"]);
  const problem = problemOf("recipients");
  return (
    <div className="flex flex-col gap-1">
      <span className="text-sm font-medium">Recipients</span>
      <RecipientPicker
        label="Recipients"
        value={Array.isArray(value) ? value.map(String) : []}
        onChange={(next) => onChange([...next])}
        names={names}
        empty="Nobody yet"
      />
      {problem === null ? null : (
        <p id={`${id}-error`} className="text-xs font-medium text-bad-ink">
          {problem}
        </p>
      )}
    </div>
  );
}
