import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { ProviderKindRow, SettingField } from "../../../schema/providers/kinds.ts";
import { settingsInput } from "../../../schema/resources/provider.ts";

/** What is wrong with the settings of a provider of a kind: one that the kind does not have, or a value of another form. */
export function settingsProblem(
  kindName: string,
  kind: ProviderKindRow,
  settings: unknown,
  allow_private: boolean,
): Refused | null {
  if (settings === undefined || settings === null) return null;
  const known = kind.settings ?? [];
  for (const [name, value] of Object.entries(settingsInput.parse(settings))) {
    const field = known.find((candidate) => candidate.name === name);
    if (field === undefined) {
      const names = known.map((candidate) => candidate.name).join(", ") || "none";
      return refuse("invalid_request", {
        message: `The kind ${kindName} has no setting "${name.slice(0, 50)}". Its settings: ${names}.`,
        param: "settings",
      });
    }
    const problem = valueProblem(field, value, allow_private);
    if (problem !== null) {
      const param = `settings.${name}`;
      return refuse("invalid_request", { message: `\`${param}\` ${problem}.`, param });
    }
  }
  return null;
}

function valueProblem({ form, must }: SettingField, value: string, allow_private: boolean): string | null {
  if (form !== "url") return form.test(value) ? null : must;
  const checked = checkUrl(value, { allow_private });
  return checked.ok ? null : URL_PROBLEMS[checked.problem];
}
