import { useEffect, useState } from "react";
import { send } from "../../api/send.ts";
import { rowIn, rowOf, textIn } from "../../lib/json.ts";
import { useSession } from "../../session/session.ts";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { Link, useNavigate } from "../../ui/link.tsx";
import { DoorPage } from "./door-page.tsx";
import { enter } from "./entering.ts";
import { JoinForm } from "./join-form.tsx";
import { JurisdictionField } from "./jurisdiction-field.tsx";

/** For somebody of no organisation, and for another one. */
export default function OrganisationPage() {
  const session = useSession();
  const navigate = useNavigate();
  const out = session.status === "out";
  useEffect(() => {
    if (out) navigate("/sign-in?next=%2Fnew-organisation", { replace: true });
  }, [out, navigate]);
  return (
    <DoorPage
      title="Your organisation"
      lead="You become its owner, with a first wallet of $25 a month."
      below={
        session.status === "in" ? (
          <Link className="link" to="/">
            Back to {session.access.org.name}
          </Link>
        ) : undefined
      }
    >
      <section className="flex flex-col gap-3">
        <h2 className="font-semibold">Create one</h2>
        <CreateForm />
      </section>
      <hr className="border-line" />
      <section className="flex flex-col gap-3">
        <h2 className="font-semibold">Or join one</h2>
        <JoinForm token={null} />
      </section>
    </DoorPage>
  );
}

function CreateForm() {
  const [name, setName] = useState("");
  const [jurisdiction, setJurisdiction] = useState("");
  const state = useForm(["name", "data_jurisdiction"]);
  const submit = (): void => {
    if (!state.check(name.trim() === "" ? { name: "Fill this in." } : {})) return;
    void state.submit(async () => {
      const { body } = await send("POST", "/v1/orgs", {
        body: { name: name.trim(), ...(jurisdiction === "" ? {} : { data_jurisdiction: jurisdiction }) },
      });
      enter("/start", textIn(rowIn(rowOf(body), "org"), "id"));
    });
  };
  return (
    <Form state={state} onSubmit={submit} submit="Create the organisation">
      <Field label="Name" error={state.errorOf("name")}>
        <Input autoComplete="organization" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <JurisdictionField value={jurisdiction} onChange={setJurisdiction} error={state.errorOf("data_jurisdiction")} />
    </Form>
  );
}
