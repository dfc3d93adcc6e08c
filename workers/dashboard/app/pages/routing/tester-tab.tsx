import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import { useNames } from "../../resources/names.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Combobox } from "../../ui/combobox.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { type Explained, ExplainedCard } from "./explained.tsx";
import { chatBody, tagsOf } from "./shape.ts";

const FIELDS = [
  "model",
  "tokens",
  "max_tokens",
  "key_id",
  "feature",
  "subject",
  "country",
  "tags",
  "used",
  "at",
] as const;
const FLAGS = [
  { name: "stream", label: "Streamed" },
  { name: "tools", label: "With tools" },
  { name: "json", label: "JSON answer" },
] as const;
type Draft = Readonly<Record<string, string>>;

/** A request that somebody thinks of: which rule would match, and what would come of it. Nothing is called or charged. */
export function TesterTab() {
  const url = useUrlState();
  const names = useNames(["key"]);
  const state = useForm(["request.model", "key_id", "country", "tags", "wallet_used_percent", "at"]);
  // The answer before stays until the next is there.
  const [answer, setAnswer] = useState<Explained | null>(null);
  const explain = useApiMutation("post", "/v1/routing/explain", { onSuccess: setAnswer });
  const [draft, setDraft] = useState<Draft>(() =>
    Object.fromEntries([...FIELDS, ...FLAGS.map(({ name }) => name)].map((name) => [name, url.get(name) ?? ""])),
  );
  const of = (name: string): string => draft[name]?.trim() ?? "";
  const set = (name: string, value: string): void => setDraft({ ...draft, [name]: value });
  const run = (): void => {
    const used = Number(of("used"));
    const tags = tagsOf(of("tags"));
    const text = (name: string) => (of(name) === "" ? {} : { [name]: of(name) });
    const errors = {
      ...(of("model") === "" ? { "request.model": "Name the model that the caller asks for." } : {}),
      ...(of("used") !== "" && !(used >= 0) ? { wallet_used_percent: "Give a number of percent." } : {}),
    };
    if (!state.check(errors)) return;
    url.set(draft);
    const body = {
      request: chatBody({
        model: of("model"),
        input_tokens: Number(of("tokens")) || 1,
        max_tokens: of("max_tokens") === "" ? undefined : Number(of("max_tokens")),
        stream: of("stream") === "1",
        tools: of("tools") === "1",
        json: of("json") === "1",
      }),
      ...text("key_id"),
      ...text("feature"),
      ...text("subject"),
      ...text("country"),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
      ...(of("used") === "" ? {} : { wallet_used_percent: used }),
      ...(of("at") === "" ? {} : { at: new Date(of("at")).toISOString() }),
    };
    void state.submit(() => explain.mutateAsync({ body: body as never }));
  };
  const input = (name: string, label: string, placeholder: string, error?: string, numeric = false) => (
    <Field label={label} required={false} error={error === undefined ? null : state.errorOf(error)}>
      <Input
        value={draft[name] ?? ""}
        placeholder={placeholder}
        inputMode={numeric ? "numeric" : undefined}
        onChange={(event) => set(name, event.target.value)}
      />
    </Field>
  );
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <div className="rounded-lg border border-line bg-surface p-4">
        <Form state={state} onSubmit={run} submit="Show what would happen">
          <Field label="Model that is asked for" error={state.errorOf("request.model")}>
            <Input
              value={draft.model ?? ""}
              placeholder="openai/gpt-5"
              onChange={(event) => set("model", event.target.value)}
            />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            {input("tokens", "Prompt, in tokens", "1", undefined, true)}
            {input("max_tokens", "Most tokens of the answer", "no bound", undefined, true)}
            <Field label="Key" required={false} error={state.errorOf("key_id")}>
              <Combobox
                clearable
                placeholder="One that may use all models"
                value={draft.key_id ?? ""}
                onChange={(value) => set("key_id", value)}
                options={names.options("key")}
              />
            </Field>
            {input("feature", "Feature", "support")}
            {input("subject", "Subject", "user-7")}
            {input("country", "Country", "DE", "country")}
            {input("tags", "Tags", "env:prod, tier:gold", "tags")}
            {input("used", "Wallet used, in percent", "as it is", "wallet_used_percent", true)}
            <Field label="When" required={false} error={state.errorOf("at")}>
              <Input type="datetime-local" value={draft.at ?? ""} onChange={(event) => set("at", event.target.value)} />
            </Field>
          </div>
          <div className="flex flex-wrap gap-x-6 gap-y-2">
            {FLAGS.map(({ name, label }) => (
              <Checkbox
                key={name}
                label={label}
                checked={draft[name] === "1"}
                onChange={(on) => set(name, on ? "1" : "")}
              />
            ))}
          </div>
        </Form>
      </div>
      <div aria-live="polite">
        {answer === null ? (
          <p className="rounded-lg border border-dashed border-line-strong px-5 py-8 text-center text-sm text-ink-2">
            Describe a request, and see here which rule would match, what there is to choose from and what it would
            about cost. Nothing is called, held or charged.
          </p>
        ) : (
          <ExplainedCard answer={answer} />
        )}
      </div>
    </div>
  );
}
