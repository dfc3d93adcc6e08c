import { useId, useState } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { label as words } from "../../lib/format.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Field } from "../../ui/field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { groupsOf, INFERENCE, modeOf, permissionsOf } from "./scopes.ts";

const MODES = [
  { value: "inference", label: "Use models" },
  { value: "role", label: "A role" },
  { value: "single", label: "Choose each" },
];
const MEANS: Readonly<Record<string, string>> = {
  inference: "For apps: it makes requests to models with its wallet's money, and may do nothing else.",
  role: "For scripts that manage the organisation: it may do what the role may, and no model requests.",
  single: "Exactly what is ticked. It can never do more than you may.",
};

/** What a key may do: apps need `inference` alone, and that is where it begins. */
export default function ScopesInput({ value, onChange, problemOf }: FieldInputProps) {
  const heading = useId();
  const roles = useApiQuery("/v1/roles", {}, { staleTime: 600_000 });
  const scopes = Array.isArray(value) ? value.map(String) : [INFERENCE];
  const names = (roles.data?.roles ?? []).map(({ name }) => name);
  // What is ticked one by one may happen to say what another way says, too.
  const [chosen, setChosen] = useState<string | null>(null);
  const mode = chosen ?? modeOf(scopes, names);
  const choose = (next: string): void => {
    setChosen(next);
    if (next === "inference") onChange([INFERENCE]);
    else if (next === "role") onChange(["viewer"]);
    // Nothing more is ticked than was: a list of one's own that says the same.
    else onChange(mode === "single" ? scopes : permissionsOf(scopes, roles.data?.roles ?? []));
  };
  const problem = problemOf("scopes");
  return (
    <div className="flex flex-col gap-2">
      <span id={heading} className="text-sm font-medium">
        What it may do
      </span>
      <div className="flex">
        <Segmented label="What it may do" options={MODES} value={mode} onChange={choose} />
      </div>
      <p className="text-xs text-ink-3">{MEANS[mode]}</p>
      {mode === "role" ? (
        <Field label="Role" error={problem}>
          <Select
            value={scopes.find((scope) => names.includes(scope)) ?? "viewer"}
            onChange={(role) => onChange([role])}
            options={names.map((name) => ({ value: name, label: words(name) }))}
          />
        </Field>
      ) : null}
      {mode === "single" ? (
        <div className="grid gap-x-6 gap-y-4 rounded-lg border border-line p-4 sm:grid-cols-2">
          {groupsOf(roles.data?.key_scopes ?? scopes, names).map(([group, all]) => (
            <fieldset key={group} className="flex flex-col gap-1.5">
              <legend className="mb-1.5 text-xs font-medium text-ink-3">{words(group)}</legend>
              {all.map((scope) => (
                <Checkbox
                  key={scope}
                  label={scope === INFERENCE ? "use models" : (scope.split(":")[1] ?? scope)}
                  checked={scopes.includes(scope)}
                  onChange={(on) => onChange(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
                />
              ))}
            </fieldset>
          ))}
        </div>
      ) : null}
      {problem === null || mode === "role" ? null : <p className="text-xs font-medium text-bad-ink">{problem}</p>}
    </div>
  );
}
