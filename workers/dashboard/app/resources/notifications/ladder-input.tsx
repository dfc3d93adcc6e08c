import { Plus, Trash2 } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { useNames } from "../names.ts";
import { RecipientPicker } from "./recipient-picker.tsx";
import { DEFAULT_LADDER, type Step, stepsOf } from "./recipients.ts";

interface Rung extends Step {
  /** Its place in the list of what is shown, whatever its percentage becomes. */
  readonly key: number;
  /** As it was typed. */
  readonly text: string;
}

/** The escalation ladder: at which percentage of a limit who is told. */
export default function LadderInput({ value, onChange, problemOf }: FieldInputProps) {
  const id = useId();
  const names = useNames(["channel"]);
  const [rungs, setRungs] = useState<readonly Rung[]>(() =>
    (value === undefined ? DEFAULT_LADDER : stepsOf(value)).map((step, key) => ({
      ...step,
      key,
      text: String(step.percent),
    })),
  );
  const change = (next: readonly Rung[]): void => {
    setRungs(next);
    onChange(next.map(({ text, recipients }) => ({ percent: /^\d+$/.test(text) ? Number(text) : text, recipients })));
  };
  const untouched = value === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a new policy begins with is sent as it is seen
  useEffect(() => {
    if (untouched) change(rungs);
  }, [untouched]);
  const set = (key: number, part: Partial<Rung>): void =>
    change(rungs.map((rung) => (rung.key === key ? { ...rung, ...part } : rung)));
  const add = (): void => {
    const highest = Math.max(0, ...rungs.map(({ text }) => Number(text) || 0));
    const key = Math.max(-1, ...rungs.map((rung) => rung.key)) + 1;
    const percent = NEXT.find((one) => one > highest) ?? highest + 10;
    change([...rungs, { key, percent, text: String(percent), recipients: ["channels"] }]);
  };
  const problem = problemOf("ladder");
  return (
    <fieldset aria-describedby={`${id}-hint ${id}-error`} className="flex flex-col gap-2">
      <legend className="text-sm font-medium">Ladder</legend>
      <p id={`${id}-hint`} className="text-xs text-ink-3">
        Who is told when a wallet has spent so much of its limit. Of the steps that are reached the highest counts.
      </p>
      <ol className="rounded-lg border border-line">
        {rungs.map(({ key, text, recipients }) => {
          const at = `at ${text || "…"} %`;
          return (
            <li key={key} className="flex items-start gap-3 border-b border-line px-3 py-2.5">
              <div className="flex shrink-0 items-center gap-1.5">
                <div className="w-16">
                  <Input
                    aria-label={`Percentage of the limit, ${at}`}
                    inputMode="numeric"
                    className="text-right"
                    value={text}
                    aria-invalid={/^[1-9]\d{0,3}$/.test(text) ? undefined : true}
                    onChange={(event) => set(key, { text: event.target.value.trim() })}
                  />
                </div>
                <span className="text-sm text-ink-3">%</span>
              </div>
              <div className="min-w-0 flex-1">
                <RecipientPicker
                  label={`Told ${at}`}
                  value={recipients}
                  onChange={(next) => set(key, { recipients: next })}
                  names={names}
                />
              </div>
              <IconButton
                icon={Trash2}
                label={`Remove the step ${at}`}
                disabled={rungs.length === 1}
                onClick={() => change(rungs.filter((rung) => rung.key !== key))}
              />
            </li>
          );
        })}
        <li className="px-2 py-1.5">
          <Button size="sm" look="quiet" icon={Plus} onClick={add}>
            Add a step
          </Button>
        </li>
      </ol>
      {problem === null ? null : (
        <p id={`${id}-error`} className="text-xs font-medium text-bad-ink">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

const NEXT = [50, 80, 90, 95, 100, 120, 150] as const;
