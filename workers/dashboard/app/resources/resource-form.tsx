import { Suspense, useState } from "react";
import type { Row } from "../lib/json.ts";
import { Form, type FormProps, useForm } from "../ui/form.tsx";
import { LinesSkeleton, Skeleton } from "../ui/skeleton.tsx";
import { type Draft, initialDraft, type Reading, readDraft } from "./draft.ts";
import { extrasOf } from "./extras.tsx";
import { placeholderOf, ResourceField } from "./field-input.tsx";
import { IdField } from "./id-field.tsx";
import { useNames } from "./names.ts";
import type { FieldInfo, ResourceInfo } from "./resource-info.ts";
import { namedResources } from "./value.tsx";

export interface ResourceFormProps {
  readonly resource: ResourceInfo;
  /** What is changed; null makes a new one. */
  readonly row: Row | null;
  readonly submit: string;
  readonly beside?: FormProps["beside"];
  readonly offer?: FormProps["offer"];
  /** Sends what was given or changed; what it throws is shown at its field. */
  readonly onSend: (values: Row) => Promise<void>;
  /** What stands in a new one from the start, by field. */
  readonly preset?: Draft;
}

/** More optional fields than this are folded away when something new is made. */
const UNFOLDED = 3;

/** A form of a resource's fields, by its metadata and its extras. */
export function ResourceForm({ resource, row, submit, beside, offer, onSend, preset }: ResourceFormProps) {
  const creating = row === null;
  const fields = resource.fields.filter((field) => (creating ? field.create : field.update));
  const names = useNames([
    ...namedResources(
      resource,
      fields.map(({ name }) => name),
    ),
  ]);
  const { inputs = {}, groups = [], unfolded = false, check, trial: Trial } = extrasOf(resource.name);
  const own = Object.keys(inputs);
  const [draft, setDraft] = useState<Draft>(() => ({
    ...initialDraft(fields, row),
    ...Object.fromEntries(own.map((name) => [name, row === null ? undefined : row[name]])),
    ...preset,
  }));
  const [untouched] = useState(draft);
  const state = useForm(["id", ...fields.map(({ name }) => name)]);
  if (names.loading) return <LinesSkeleton />;

  const set = (name: string, value: unknown): void => setDraft((before) => ({ ...before, [name]: value }));
  const given = (): Reading => {
    const { values, errors } = readDraft(fields, row, draft, own);
    const isChanged = (name: string): boolean => creating || !own.includes(name) || draft[name] !== untouched[name];
    return { values: Object.fromEntries(Object.entries(values).filter(([name]) => isChanged(name))), errors };
  };
  const readForTrial = (needless: readonly string[]): Row | null => {
    const { values, errors } = given();
    const needed = Object.entries(errors).filter(([name]) => !needless.includes(name));
    return state.check(Object.fromEntries(needed)) ? values : null;
  };
  const send = async (): Promise<void> => {
    const { values: changed, errors } = given();
    const id = creating && resource.gives_id ? String(draft.id ?? "").trim() : null;
    const ownErrors = (await check?.({ ...row, ...draft }, creating)) ?? {};
    const all = { ...errors, ...ownErrors, ...(id === "" ? { id: "Fill this in." } : {}) };
    if (!state.check(all)) return;
    void state.submit(() => onSend(id === null ? changed : { id, ...changed }));
  };

  const control = (field: FieldInfo) => {
    const group = groups.find(({ names: together }) => together.includes(field.name));
    if (group !== undefined) {
      const first = fields.find(({ name }) => group.names.includes(name));
      return first === field ? (
        <Suspense key={field.name} fallback={<Skeleton className="h-48 rounded-lg" />}>
          <group.input values={draft} onChange={set} problemOf={state.errorOf} />
        </Suspense>
      ) : null;
    }
    const Own = inputs[field.name];
    if (Own !== undefined) {
      return (
        <Suspense key={field.name} fallback={<Skeleton className="h-24 rounded-lg" />}>
          <Own
            name={field.name}
            value={draft[field.name]}
            onChange={(value) => set(field.name, value)}
            values={{ ...row, ...draft }}
            creating={creating}
            problemOf={state.errorOf}
            problemIn={state.errorIn}
          />
        </Suspense>
      );
    }
    return (
      <ResourceField
        key={field.name}
        field={field}
        value={draft[field.name]}
        onChange={(value) => set(field.name, value)}
        error={state.errorOf(field.name)}
        names={names}
        creating={creating}
        example={resource.example[field.name]}
      />
    );
  };
  const optional = creating && !unfolded ? fields.filter(({ required }) => !required) : [];
  const folded = optional.length > UNFOLDED ? optional : [];
  const wrong = folded.some(({ name }) => state.errorOf(name) !== null);
  return (
    <Form state={state} onSubmit={() => void send()} submit={submit} beside={beside} offer={offer}>
      {creating && resource.gives_id ? (
        <IdField
          value={String(draft.id ?? "")}
          kind={typeof draft.kind === "string" ? draft.kind : ""}
          onChange={(id) => set("id", id)}
          error={state.errorOf("id")}
          placeholder={placeholderOf(resource.example.id)}
        />
      ) : null}
      {fields.filter((field) => !folded.includes(field)).map(control)}
      {folded.length === 0 ? null : (
        <details open={wrong || undefined} className="group rounded-lg border border-line">
          <summary className="cursor-pointer rounded-lg px-4 py-2.5 text-sm font-medium hover:bg-hover">
            More settings
          </summary>
          <div className="flex flex-col gap-4 border-t border-line p-4">{folded.map(control)}</div>
        </details>
      )}
      {Trial === undefined ? null : (
        <Suspense fallback={<Skeleton className="h-24 rounded-lg" />}>
          <Trial row={row} values={draft} read={readForTrial} refuse={state.refuse} />
        </Suspense>
      )}
    </Form>
  );
}
