import { useId } from "react";
import { isRow, type Row } from "../../lib/json.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import { numberOr, withNumber } from "../experiment/parts.ts";
import type { FieldInputProps } from "../extras.tsx";
import { JsonSwitch } from "./json-switch.tsx";
import { ModelList } from "./model-list.tsx";
import { Datalist, useModels } from "./suggestions.tsx";

const KINDS = [
  { value: "model", label: "Take one model" },
  { value: "fallback", label: "The first that works, the next where it fails" },
  { value: "split", label: "Share by weight" },
  { value: "cheapest", label: "The cheapest" },
  { value: "fastest", label: "The fastest" },
  { value: "round_robin", label: "Each in turn" },
  { value: "downgrade", label: "A cheaper one once much of the wallet is used" },
  { value: "deny", label: "Refuse" },
] as const;

const kindOf = (then: Row): string => KINDS.find(({ value }) => value in then)?.value ?? "model";

/** What a new action of a kind begins with; models that were named before are kept. */
function begin(kind: string, before: readonly string[]): Row {
  const [first = "", second = ""] = before;
  switch (kind) {
    case "model":
      return { model: first };
    case "deny":
      return { deny: "" };
    case "split":
      return {
        split: [
          { model: first, weight: 90 },
          { model: second, weight: 10 },
        ],
        by: "subject",
      };
    case "downgrade":
      return { downgrade: { to: [first], above_percent: 80 } };
    default:
      return { [kind]: before.length >= 2 ? before : [first, second] };
  }
}

function modelsIn(then: Row): readonly string[] {
  const value = then[kindOf(then)];
  const list = isRow(value) ? value.to : value;
  if (typeof list === "string") return "deny" in then ? [] : [list];
  if (!Array.isArray(list)) return [];
  return list.map((one) => (isRow(one) ? String(one.model ?? "") : String(one)));
}

/** What a rule does with a request. */
export default function ThenInput({ value, onChange, problemOf }: FieldInputProps) {
  const then = isRow(value) ? value : begin("model", []);
  const kind = kindOf(then);
  const at = (place: string): string | null => problemOf(`then.${place}`);
  return (
    <JsonSwitch
      legend="Then"
      hint="What is done with a request that the conditions hold for. Models are called provider/model."
      value={value ?? then}
      onChange={onChange}
      problem={() => problemOf("then")}
    >
      <Field label="What it does" error={at(kind)}>
        <Select value={kind} onChange={(next) => onChange(begin(next, modelsIn(then)))} options={KINDS} />
      </Field>
      <Details then={then} kind={kind} onChange={onChange} problemOf={at} />
    </JsonSwitch>
  );
}

function Details({
  then,
  kind,
  onChange,
  problemOf,
}: {
  readonly then: Row;
  readonly kind: string;
  readonly onChange: (then: Row) => void;
  readonly problemOf: (place: string) => string | null;
}) {
  const set = (part: Row): void => onChange({ ...then, ...part });
  const models = modelsIn(then);
  switch (kind) {
    case "model":
      return <OneModel value={models[0] ?? ""} onChange={(model) => set({ model })} error={problemOf("model")} />;
    case "deny":
      return (
        <Field label="What the caller is told" error={problemOf("deny")}>
          <Input value={String(then.deny ?? "")} onChange={(event) => set({ deny: event.target.value })} />
        </Field>
      );
    case "split": {
      const parts = Array.isArray(then.split) ? then.split.filter(isRow) : [];
      return (
        <>
          <ModelList
            models={models}
            weights={parts.map(({ weight }) => Number(weight))}
            onChange={(next, weights) =>
              set({ split: next.map((model, place) => ({ model, weight: weights[place] ?? 1 })) })
            }
            problemOf={(place) => problemOf(`split[${place}].model`) ?? problemOf(`split[${place}].weight`)}
          />
          <Field label="What always gets the same model" error={problemOf("by")}>
            <Select
              value={typeof then.by === "string" ? then.by : "subject"}
              onChange={(by) => set({ by })}
              options={[
                { value: "subject", label: "the subject; without one the key" },
                { value: "key", label: "the key" },
                { value: "request", label: "nothing: each request falls anew" },
              ]}
            />
          </Field>
        </>
      );
    }
    case "downgrade": {
      const downgrade = isRow(then.downgrade) ? then.downgrade : {};
      return (
        <>
          <Field label="Above so many percent of the wallet" error={problemOf("downgrade.above_percent")}>
            <Input
              inputMode="decimal"
              className="w-28"
              value={String(downgrade.above_percent ?? "")}
              onChange={(event) => set({ downgrade: { ...downgrade, above_percent: numberOr(event.target.value) } })}
            />
          </Field>
          <ModelList
            models={models}
            least={1}
            onChange={(to) => set({ downgrade: { ...downgrade, to } })}
            problemOf={(place) => problemOf(`downgrade.to[${place}]`)}
          />
        </>
      );
    }
    default:
      return (
        <>
          <ModelList
            models={models}
            onChange={(next) => set({ [kind]: next })}
            problemOf={(place) => problemOf(`${kind}[${place}]`)}
          />
          {kind === "fallback" || kind === "cheapest" ? (
            <Checkbox
              label="A stream that breaks off goes on with the next of them"
              checked={then.continue === true}
              onChange={(on) => {
                const { continue: _before, ...others } = then;
                onChange(on ? { ...others, continue: true } : others);
              }}
            />
          ) : null}
          {kind === "fastest" ? (
            <div className="grid grid-cols-2 gap-3">
              <Field label="By" error={problemOf("by")}>
                <Select
                  value={typeof then.by === "string" ? then.by : "latency"}
                  onChange={(by) => set({ by })}
                  options={[
                    { value: "latency", label: "the whole answer" },
                    { value: "first_byte", label: "the first byte" },
                  ]}
                />
              </Field>
              <Field label="Of its calls" error={problemOf("percentile")}>
                <Select
                  value={typeof then.percentile === "string" ? then.percentile : "p50"}
                  onChange={(percentile) => set({ percentile })}
                  options={[
                    { value: "p50", label: "the median" },
                    { value: "p95", label: "the 95th percentile" },
                  ]}
                />
              </Field>
            </div>
          ) : null}
          {kind === "cheapest" ? (
            <SlaInput
              value={isRow(then.sla) ? then.sla : {}}
              onChange={(sla) => {
                const { sla: _before, ...others } = then;
                onChange(Object.keys(sla).length === 0 ? others : { ...others, sla });
              }}
              problemOf={(name) => problemOf(`sla.${name}`)}
            />
          ) : null}
        </>
      );
  }
}

function OneModel({
  value,
  onChange,
  error,
}: {
  readonly value: string;
  readonly onChange: (model: string) => void;
  readonly error: string | null;
}) {
  const known = useModels();
  const listId = useId();
  return (
    <Field label="Model" error={error}>
      <Datalist id={listId} values={known} />
      <Input
        list={listId}
        value={value}
        placeholder="openai/gpt-5-mini"
        onChange={(event) => onChange(event.target.value.trim())}
      />
    </Field>
  );
}

const BOUNDS = [
  { name: "p95_latency_ms", label: "Latency, p95, at most", unit: "ms", placeholder: "3000" },
  { name: "p95_first_byte_ms", label: "First byte, p95, at most", unit: "ms", placeholder: "800" },
  { name: "error_rate", label: "Error rate, at most", unit: "of 1", placeholder: "0.02" },
  { name: "context", label: "Context, at least", unit: "tokens", placeholder: "200000" },
] as const;

/** What the cheapest must keep to. */
function SlaInput({
  value,
  onChange,
  problemOf,
}: {
  readonly value: Row;
  readonly onChange: (sla: Row) => void;
  readonly problemOf: (name: string) => string | null;
}) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">It must keep to</legend>
      <p className="text-xs text-ink-3">
        Of its calls of the last two minutes. What is not known is taken to be kept to; where none does, the one that
        misses its worst bound by the smallest share is taken.
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {BOUNDS.map(({ name, label, unit, placeholder }) => (
          <Field key={name} label={`${label} (${unit})`} required={false} error={problemOf(name)}>
            <Input
              inputMode="decimal"
              placeholder={placeholder}
              value={String(value[name] ?? "")}
              onChange={(event) => onChange(withNumber(value, name, event.target.value))}
            />
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
