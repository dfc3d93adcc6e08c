import { ArrowUp, Plus, X } from "lucide-react";
import { useId } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Input } from "../../ui/input.tsx";
import { Datalist, useModels } from "./suggestions.tsx";

/** Models in order, each with a weight where they share requests. */
export function ModelList({
  models,
  weights,
  least = 2,
  onChange,
  problemOf,
}: {
  readonly models: readonly string[];
  readonly weights?: readonly number[];
  readonly least?: number;
  readonly onChange: (models: readonly string[], weights: readonly number[]) => void;
  readonly problemOf: (place: number) => string | null;
}) {
  const known = useModels();
  const listId = useId();
  const shares = weights ?? [];
  const without = <Item,>(list: readonly Item[], at: number): readonly Item[] =>
    list.filter((_, place) => place !== at);
  const raised = <Item,>(list: readonly Item[], at: number): readonly Item[] => {
    const next = [...list];
    next.splice(at - 1, 0, ...next.splice(at, 1));
    return next;
  };
  return (
    <div className="flex flex-col gap-2">
      <Datalist id={listId} values={known} />
      <ol aria-label="Models" className="flex flex-col gap-2">
        {models.map((model, at) => {
          const problem = problemOf(at);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: what stands in it is typed
            <li key={at} className="flex flex-col gap-1">
              <div className="flex items-center gap-1.5">
                <span className="figure w-4 shrink-0 text-right text-xs text-ink-3">{at + 1}</span>
                <span className="min-w-0 flex-1">
                  <Input
                    aria-label={`Model ${at + 1}`}
                    aria-invalid={problem === null ? undefined : true}
                    list={listId}
                    placeholder="provider/model"
                    value={model}
                    onChange={(event) =>
                      onChange(
                        models.map((one, place) => (place === at ? event.target.value.trim() : one)),
                        shares,
                      )
                    }
                  />
                </span>
                {weights === undefined ? (
                  <IconButton
                    size="sm"
                    icon={ArrowUp}
                    label={`Move model ${at + 1} up`}
                    disabled={at === 0}
                    onClick={() => onChange(raised(models, at), raised(shares, at))}
                  />
                ) : (
                  <span className="w-20 flex-none">
                    <Input
                      aria-label={`Weight of model ${at + 1}`}
                      inputMode="numeric"
                      className="text-right"
                      value={String(weights[at] ?? "")}
                      onChange={(event) =>
                        onChange(
                          models,
                          shares.map((one, place) =>
                            place === at ? Number(event.target.value.replace(/\D/g, "")) : one,
                          ),
                        )
                      }
                    />
                  </span>
                )}
                <IconButton
                  size="sm"
                  icon={X}
                  label={`Remove model ${at + 1}`}
                  disabled={models.length <= least}
                  onClick={() => onChange(without(models, at), without(shares, at))}
                />
              </div>
              {problem === null ? null : <p className="pl-6 text-xs font-medium text-bad-ink">{problem}</p>}
            </li>
          );
        })}
      </ol>
      <Button
        size="sm"
        icon={Plus}
        className="self-start"
        onClick={() => onChange([...models, ""], weights === undefined ? shares : [...shares, 10])}
      >
        Add a model
      </Button>
    </div>
  );
}
