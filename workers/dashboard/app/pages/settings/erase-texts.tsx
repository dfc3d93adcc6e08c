import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import { count } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { toast } from "../../ui/toast.ts";

/** Erases stored prompts and answers: of one end user, of all before a time, or both. */
export function EraseTexts() {
  const [subject, setSubject] = useState("");
  const [before, setBefore] = useState("");
  const [asking, ask] = useState(false);
  const state = useForm(["subject", "before"]);
  const erase = useApiMutation("delete", "/v1/texts", { invalidates: ["/v1/requests"] });
  const whose = subject.trim();
  const submit = (): void => {
    if (state.check(whose === "" && before === "" ? { subject: "Name a subject, a time, or both." } : {})) ask(true);
  };
  const confirm = async (): Promise<void> => {
    const query = {
      ...(whose === "" ? {} : { subject: whose }),
      ...(before === "" ? {} : { before: new Date(before).toISOString() }),
    };
    const { erased } = await erase.mutateAsync({ parameters: { query } as never });
    toast(`The texts of ${count(erased, "request", "requests")} were erased.`);
    setSubject("");
    setBefore("");
  };
  return (
    <section id="erase" aria-label="Erase texts" className="scroll-mt-20">
      <Card
        title="Erase texts"
        description="Prompts and answers that were stored: of one end user, of all before a time, or both. The requests stay in the log"
      >
        <Form state={state} onSubmit={submit} submit="Erase texts">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label="Subject"
              required={false}
              hint="As `x-ao-subject` named them."
              error={state.errorOf("subject")}
            >
              <Input placeholder="user-7" value={subject} onChange={(event) => setSubject(event.target.value)} />
            </Field>
            <Field
              label="Stored before"
              required={false}
              hint={Intl.DateTimeFormat().resolvedOptions().timeZone}
              error={state.errorOf("before")}
            >
              <Input type="datetime-local" value={before} onChange={(event) => setBefore(event.target.value)} />
            </Field>
          </div>
        </Form>
      </Card>
      <ConfirmDialog
        open={asking}
        onClose={() => ask(false)}
        title={whose === "" ? "Erase all texts from before that time?" : `Erase the texts of “${whose}”?`}
        verb="Erase"
        danger
        onConfirm={confirm}
      >
        They can be read no more, by nobody, and cannot be brought back. That it was done is in the audit log.
      </ConfirmDialog>
    </section>
  );
}
