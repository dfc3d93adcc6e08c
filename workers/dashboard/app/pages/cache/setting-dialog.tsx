import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import type { Names } from "../../resources/names.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Combobox } from "../../ui/combobox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { type Option, Select } from "../../ui/select.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import { toast } from "../../ui/toast.ts";
import { bodyOf, draftOf, type SettingDraft, UNITS } from "./setting-draft.ts";
import type { Setting } from "./settings-tab.tsx";

const MODES: readonly Option[] = [
  { value: "shadow", label: "Shadow: serve nothing, report what would be served" },
  { value: "exact", label: "Exact: the same request again" },
  { value: "semantic", label: "Semantic: a question that means the same" },
  { value: "both", label: "Both" },
  { value: "off", label: "Off: nothing, even where a wider setting says so" },
];
const SCOPES: readonly Option[] = [
  { value: "org", label: "The organisation" },
  { value: "team", label: "A team" },
  { value: "key", label: "A key" },
];
const FIELDS = [
  "scope",
  "team_id",
  "key_id",
  "mode",
  "threshold",
  "ttl_ms",
  "models",
  "hit_price_percent",
  "embedding_model",
];

/** Makes a setting, or replaces it as a whole. */
export function SettingDialog({
  setting,
  threshold,
  names,
  onClose,
}: {
  readonly setting: Setting | null;
  /** One that was chosen in the shadow report. */
  readonly threshold: string | null;
  readonly names: Names;
  readonly onClose: () => void;
}) {
  const [draft, setDraft] = useState<SettingDraft>(() => draftOf(setting, threshold));
  const state = useForm(FIELDS);
  const put = useApiMutation("put", "/v1/cache/settings", { invalidates: ["/v1/cache"] });
  const set = (part: Partial<SettingDraft>): void => setDraft({ ...draft, ...part });
  const submit = async (): Promise<void> => {
    const numeric = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
    const errors = {
      ...(draft.scope === "team" && draft.team_id === "" ? { team_id: "Choose a team." } : {}),
      ...(draft.scope === "key" && draft.key_id === "" ? { key_id: "Choose a key." } : {}),
      ...(numeric(draft.threshold) ? {} : { threshold: "Give a number such as 0.92." }),
      ...(numeric(draft.ttl) ? {} : { ttl_ms: "Give a number." }),
      ...(numeric(draft.hit_price_percent) ? {} : { hit_price_percent: "Give a number of percent." }),
    };
    if (!state.check(errors)) return;
    const done = await state.submit(() => put.mutateAsync({ body: bodyOf(draft, setting) }));
    if (!done) return;
    toast("Saved. It holds within ten seconds.");
    onClose();
  };
  const byMeaning = draft.mode !== "exact" && draft.mode !== "off";
  return (
    <Dialog
      open
      onClose={onClose}
      width="md"
      title={setting === null ? "Make a setting" : "Change the setting"}
      description="It replaces the one that is there for the same team or key."
    >
      <Form state={state} onSubmit={() => void submit()} submit="Save">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="For" error={state.errorOf("scope")}>
            <Select
              value={draft.scope}
              disabled={setting !== null}
              onChange={(scope) => set({ scope })}
              options={SCOPES}
            />
          </Field>
          {draft.scope === "team" ? (
            <Field label="Team" error={state.errorOf("team_id")}>
              <Combobox
                value={draft.team_id}
                onChange={(team_id) => set({ team_id })}
                options={names.options("team")}
              />
            </Field>
          ) : null}
          {draft.scope === "key" ? (
            <Field label="Key" error={state.errorOf("key_id")}>
              <Combobox value={draft.key_id} onChange={(key_id) => set({ key_id })} options={names.options("key")} />
            </Field>
          ) : null}
        </div>
        <Field label="Mode" error={state.errorOf("mode")}>
          <Select value={draft.mode} onChange={(mode) => set({ mode })} options={MODES} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          {byMeaning ? (
            <Field
              label="Threshold"
              error={state.errorOf("threshold")}
              hint="How near a question must be; 1 is the same."
            >
              <Input
                inputMode="decimal"
                value={draft.threshold}
                onChange={(event) => set({ threshold: event.target.value })}
              />
            </Field>
          ) : null}
          <Field label="Kept for" error={state.errorOf("ttl_ms")}>
            <span className="flex gap-2">
              <Input inputMode="decimal" value={draft.ttl} onChange={(event) => set({ ttl: event.target.value })} />
            </span>
          </Field>
          <Field label="Unit">
            <Select
              value={draft.unit}
              onChange={(unit) => set({ unit: unit as keyof typeof UNITS })}
              options={Object.keys(UNITS).map((unit) => ({ value: unit, label: unit }))}
            />
          </Field>
          <Field
            label="A hit costs, in percent"
            error={state.errorOf("hit_price_percent")}
            hint="Of what the provider's answer would; 0 is nothing."
          >
            <Input
              inputMode="decimal"
              value={draft.hit_price_percent}
              onChange={(event) => set({ hit_price_percent: event.target.value })}
            />
          </Field>
        </div>
        <Field
          label="Models"
          required={false}
          error={state.errorOf("models")}
          hint="One a line; without one it is for all."
        >
          <Textarea rows={2} value={draft.models} onChange={(event) => set({ models: event.target.value })} />
        </Field>
        {byMeaning ? (
          <Field
            label="Embedding model"
            required={false}
            error={state.errorOf("embedding_model")}
            hint="Questions are compared by its embeddings, paid from the same wallet; empty is the platform's own."
          >
            <Input value={draft.embedding_model} onChange={(event) => set({ embedding_model: event.target.value })} />
          </Field>
        ) : null}
        <Checkbox
          label="Keep answers that call tools, too"
          checked={draft.tool_calls}
          onChange={(tool_calls) => set({ tool_calls })}
        />
      </Form>
    </Dialog>
  );
}
