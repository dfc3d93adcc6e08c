import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { apiErrorOf } from "../../api/api-error.ts";
import { signInByKey } from "../../api/credentials.ts";
import { send } from "../../api/send.ts";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input, PasswordInput } from "../../ui/input.tsx";
import { Link } from "../../ui/link.tsx";
import { Notice } from "../../ui/problem.tsx";
import { DoorPage } from "./door-page.tsx";
import { enter, invitationOf, nextOf } from "./entering.ts";

export default function SignInPage() {
  const { searchStr, hash } = useLocation();
  const [byKey, setByKey] = useState(false);
  const token = invitationOf(hash);
  const next = nextOf(searchStr);
  return (
    <DoorPage
      title="Sign in"
      below={
        <>
          No account yet?{" "}
          <Link className="link" to={token === null ? "/sign-up" : `/invite#${token}`}>
            Sign up
          </Link>
        </>
      }
    >
      {next === "/" ? null : <Notice>Sign in to go on where you were.</Notice>}
      {byKey ? <KeyForm next={next} /> : <PasswordForm next={next} token={token} />}
      <button type="button" className="link self-start rounded-sm text-sm" onClick={() => setByKey(!byKey)}>
        {byKey ? "Sign in with a password instead" : "Sign in with an API key instead"}
      </button>
      {byKey ? null : (
        <details className="text-sm text-ink-2">
          <summary className="cursor-pointer rounded-sm text-ink-2 hover:text-ink">Forgot the password?</summary>
          <p className="mt-2">
            This platform sends no mail of its own, so it cannot send you a new one. Where you are still signed in, the
            old password is needed to change it. Otherwise sign up with another address, and ask an owner or admin of
            your organisation to invite that one and to remove the old.
          </p>
        </details>
      )}
    </DoorPage>
  );
}

function PasswordForm({ next, token }: { readonly next: string; readonly token: string | null }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const state = useForm(["email", "password"]);
  const submit = (): void => {
    const errors = {
      ...(email.trim() === "" ? { email: "Fill this in." } : {}),
      ...(password === "" ? { password: "Fill this in." } : {}),
    };
    if (!state.check(errors)) return;
    void state.submit(async () => {
      signInByKey(null);
      await send("POST", "/v1/auth/sign-in", { body: { email: email.trim(), password } });
      enter(token === null ? next : `/invite#${token}`);
    });
  };
  return (
    <Form state={state} onSubmit={submit} submit="Sign in">
      <Field label="E-mail address" error={state.errorOf("email")}>
        <Input
          type="email"
          name="email"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label="Password" error={state.errorOf("password")}>
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
    </Form>
  );
}

/** With a key one acts as the key does: what it may do is what its scopes say. */
function KeyForm({ next }: { readonly next: string }) {
  const [key, setKey] = useState("");
  const state = useForm(["key"]);
  const submit = (): void => {
    if (!state.check(key.trim() === "" ? { key: "Fill this in." } : {})) return;
    void state.submit(async () => {
      signInByKey(key.trim());
      try {
        await send("GET", "/v1/me");
      } catch (failure) {
        signInByKey(null);
        throw apiErrorOf(failure);
      }
      enter(next);
    });
  };
  return (
    <Form state={state} onSubmit={submit} submit="Sign in">
      <Field
        label="API key"
        error={state.errorOf("key")}
        hint="An administrator's key, such as the one that `npm start` prints. This tab keeps it until it is closed or you sign out, and sends it as Authorization to this address alone."
      >
        <PasswordInput
          label="API key"
          name="key"
          autoComplete="off"
          placeholder="ao_…"
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </Field>
    </Form>
  );
}
