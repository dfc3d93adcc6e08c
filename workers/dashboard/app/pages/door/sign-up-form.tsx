import { useState } from "react";
import { send } from "../../api/send.ts";
import { rowOf, textOrNull } from "../../lib/json.ts";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input, PasswordInput } from "../../ui/input.tsx";
import { Link } from "../../ui/link.tsx";
import { toast } from "../../ui/toast.ts";
import { DoorPage } from "./door-page.tsx";
import { enter, PASSWORD_RULE } from "./entering.ts";
import { JurisdictionField } from "./jurisdiction-field.tsx";

/** A new account, with an organisation of its own or in the one that invited. */
export function SignUpForm({ token }: { readonly token: string | null }) {
  const [draft, setDraft] = useState({
    email: "",
    name: "",
    password: "",
    org_name: "",
    data_jurisdiction: "",
    invitation_token: token ?? "",
  });
  const state = useForm(["email", "name", "password", "org_name", "data_jurisdiction", "invitation_token"]);
  const set = (name: keyof typeof draft) => (event: { readonly target: { readonly value: string } }) =>
    setDraft((before) => ({ ...before, [name]: event.target.value }));
  const invited = token !== null;
  const submit = (): void => {
    const needed = ["email", "name", "password"] as const;
    const errors = Object.fromEntries(
      needed.filter((name) => draft[name].trim() === "").map((name) => [name, "Fill this in."]),
    );
    if (!state.check(errors)) return;
    void state.submit(async () => {
      const { password, ...texts } = draft;
      const given = Object.fromEntries(
        Object.entries(texts)
          .map(([name, text]) => [name, text.trim()] as const)
          .filter(([, text]) => text !== ""),
      );
      const { body } = await send("POST", "/v1/auth/sign-up", { body: { ...given, password } });
      const problem = textOrNull(rowOf(body), "problem");
      if (problem !== null) toast(problem, "bad");
      enter(invited ? "/" : "/start");
    });
  };
  return (
    <DoorPage
      title={invited ? "Accept the invitation" : "Sign up"}
      lead={
        invited
          ? "You were invited to an organisation. Use the e-mail address that the invitation was sent to."
          : "A wallet of $25 a month is there from the start; a first request takes two minutes."
      }
      below={
        <>
          You have an account?{" "}
          <Link className="link" to={invited ? `/sign-in#${token}` : "/sign-in"}>
            Sign in
          </Link>
        </>
      }
    >
      <Form state={state} onSubmit={submit} submit={invited ? "Sign up and join" : "Sign up"}>
        <Field label="E-mail address" error={state.errorOf("email")}>
          <Input type="email" name="email" autoComplete="username" value={draft.email} onChange={set("email")} />
        </Field>
        <Field label="Your name" error={state.errorOf("name")}>
          <Input name="name" autoComplete="name" value={draft.name} onChange={set("name")} />
        </Field>
        <Field label="Password" error={state.errorOf("password")} hint={PASSWORD_RULE}>
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="new-password"
            value={draft.password}
            onChange={set("password")}
          />
        </Field>
        {invited ? null : (
          <>
            <Field
              label="Organisation"
              required={false}
              error={state.errorOf("org_name")}
              hint="What it is called; your own name unless given."
            >
              <Input
                name="organization"
                autoComplete="organization"
                value={draft.org_name}
                onChange={set("org_name")}
              />
            </Field>
            <JurisdictionField
              value={draft.data_jurisdiction}
              onChange={(data_jurisdiction) => setDraft((before) => ({ ...before, data_jurisdiction }))}
              error={state.errorOf("data_jurisdiction")}
            />
          </>
        )}
        <Field
          label="Invitation"
          required={false}
          error={state.errorOf("invitation_token")}
          hint="Joins the organisation that invited you."
        >
          <Input
            name="invitation"
            placeholder="aoi_…"
            value={draft.invitation_token}
            onChange={set("invitation_token")}
          />
        </Field>
      </Form>
    </DoorPage>
  );
}
