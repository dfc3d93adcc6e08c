import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, apiErrorOf } from "../api/api-error.ts";
import { capital } from "../lib/format.ts";
import { Button } from "./button.tsx";
import { Problem } from "./problem.tsx";

export type FieldErrors = Readonly<Record<string, string>>;

export interface FormState {
  readonly busy: boolean;
  /** How often something was found wrong so far. */
  readonly failures: number;
  /** What is wrong with a field, by its name as the API calls it. */
  errorOf(name: string): string | null;
  /** The same, or what is wrong with something inside it: of `when.any[1]` it is that of `when.any[1].not.tools`. */
  errorIn(name: string): string | null;
  /** What is wrong and belongs to no field. */
  readonly problem: ApiError | null;
  /** Finds mistakes before anything is sent; answers whether there are none. */
  check(errors: FieldErrors): boolean;
  /** Shows a refusal of something other than sending at its field, whose name has `prefix` in front there; false where it belongs to none. */
  refuse(error: ApiError, prefix?: string): boolean;
  /** Sends; a refusal becomes the error of its field or the problem of the form. What was typed stays. */
  submit(send: () => Promise<unknown>): Promise<boolean>;
}

/** The state of a form's sending. `fields` are those that a refusal of the API may name. */
export function useForm(fields: readonly string[]): FormState {
  const [busy, setBusy] = useState(false);
  const [failures, setFailures] = useState(0);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<ApiError | null>(null);
  const known = useRef(fields);
  known.current = fields;

  const check = useCallback((found: FieldErrors): boolean => {
    setErrors(found);
    setProblem(null);
    const right = Object.keys(found).length === 0;
    if (!right) setFailures((before) => before + 1);
    return right;
  }, []);

  const refuse = useCallback((error: ApiError, prefix = ""): boolean => {
    const param = error.param?.startsWith(prefix) === true ? error.param.slice(prefix.length) : null;
    const field = known.current.find((name) => param !== null && isOrIsIn(param, name));
    if (param === null || field === undefined) return false;
    const message = error.message.replaceAll(`\`${prefix}`, "`");
    setErrors({ [field]: atField(message, field), [param]: atField(message, param) });
    setFailures((before) => before + 1);
    return true;
  }, []);

  const submit = useCallback(
    async (send: () => Promise<unknown>): Promise<boolean> => {
      setBusy(true);
      setErrors({});
      setProblem(null);
      try {
        await send();
        return true;
      } catch (failure) {
        const error = apiErrorOf(failure);
        if (!refuse(error)) {
          setFailures((before) => before + 1);
          setProblem(error);
        }
        return false;
      } finally {
        setBusy(false);
      }
    },
    [refuse],
  );

  const errorOf = (name: string): string | null => errors[name] ?? null;
  const errorIn = (name: string): string | null =>
    errorOf(name) ?? errors[Object.keys(errors).find((param) => isOrIsIn(param, name)) ?? ""] ?? null;
  return { busy, failures, problem, check, refuse, submit, errorOf, errorIn };
}

/** `rates` is at fault for `rates.input_usd_per_million`, too. */
const isOrIsIn = (param: string, name: string): boolean =>
  param === name || param.startsWith(`${name}.`) || param.startsWith(`${name}[`);

/** At the field itself its name need not be said again. */
const atField = (message: string, name: string): string =>
  capital(message.replace(`\`${name}\` is not valid: `, "").replaceAll("`", ""));

export interface FormProps {
  readonly state: FormState;
  readonly onSubmit: () => void;
  readonly submit: string;
  /** Beside the button. */
  readonly beside?: ReactNode;
  /** What can be done about the form's problem besides mending a field. */
  readonly offer?: ReactNode;
  readonly children: ReactNode;
}

/** A form with its button. After a refusal the first field at fault has the focus. */
export function Form({ state, onSubmit, submit, beside, offer, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const sent = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  const { failures } = state;
  useEffect(() => {
    if (failures > 0) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [failures]);
  return (
    <form ref={form} noValidate onSubmit={sent} className="flex flex-col gap-4">
      <Problem message={state.problem?.message}>{offer}</Problem>
      {children}
      <div className="flex flex-wrap items-center gap-2 pt-1">
        <Button type="submit" look="primary" busy={state.busy}>
          {submit}
        </Button>
        {beside}
      </div>
    </form>
  );
}
