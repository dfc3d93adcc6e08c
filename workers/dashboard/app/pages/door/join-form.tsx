import { useState } from "react";
import { send } from "../../api/send.ts";
import { rowIn, rowOf, textIn } from "../../lib/json.ts";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { enter } from "./entering.ts";

/** Joins the organisation of an invitation. */
export function JoinForm({ token }: { readonly token: string | null }) {
  const [text, setText] = useState(token ?? "");
  const state = useForm(["token"]);
  const submit = (): void => {
    if (!state.check(text.trim() === "" ? { token: "Fill this in." } : {})) return;
    void state.submit(async () => {
      const { body } = await send("POST", "/v1/invitations/accept", { body: { token: text.trim() } });
      enter("/", textIn(rowIn(rowOf(body), "org"), "id"));
    });
  };
  return (
    <Form state={state} onSubmit={submit} submit="Join">
      <Field
        label="Invitation"
        error={state.errorOf("token")}
        hint="The last part of the link that you were given: `aoi_…`"
      >
        <Input value={text} placeholder="aoi_…" onChange={(event) => setText(event.target.value)} />
      </Field>
    </Form>
  );
}
