import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { rowOf, textIn } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { useNavigate } from "../../ui/link.tsx";
import { Select } from "../../ui/select.tsx";
import type { Subject } from "../extras.tsx";
import { ShownOnce } from "../shown-once.tsx";
import { KeyShown } from "./key-shown.tsx";

const HOUR_MS = 3_600_000;
const OVERLAPS = [
  { value: "0", label: "Not at all: it is revoked at once" },
  { value: String(HOUR_MS), label: "An hour" },
  { value: String(24 * HOUR_MS), label: "A day" },
  { value: String(7 * 24 * HOUR_MS), label: "A week" },
  { value: String(30 * 24 * HOUR_MS), label: "30 days" },
];
const DEFAULT_OVERLAP = String(24 * HOUR_MS);

/** Rotating a key. */
export default function KeyActions({ subject }: { readonly subject: Subject }) {
  const { resource, id, label, ended } = subject;
  const access = useAccess();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [asking, ask] = useState(false);
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP);
  const [made, setMade] = useState<{ readonly id: string; readonly key: string } | null>(null);
  const state = useForm(["overlap_ms"]);
  if (!access.may(resource.write) || (ended !== null && made === null)) return null;
  const rotate = (): void =>
    void state.submit(async () => {
      const { body } = await send("POST", `${resource.path}/${encodeURIComponent(id)}/rotate`, {
        body: { overlap_ms: Number(overlap) },
      });
      setMade({ id: textIn(rowOf(body), "id"), key: textIn(rowOf(body), "key") });
      ask(false);
    });
  const done = (): void => {
    if (made !== null) navigate(hrefTo([resource.slug, made.id]));
    setMade(null);
    void refresh([resource.path, "names"]);
  };
  return (
    <>
      <Button icon={RefreshCw} onClick={() => ask(true)}>
        Rotate
      </Button>
      <Dialog
        open={asking}
        onClose={() => ask(false)}
        title={`Rotate the key “${label}”?`}
        description="A new key takes its place, with the same wallet, scopes, models and limits. Put it into your app while the old one still works."
      >
        <Form
          state={state}
          submit="Rotate"
          onSubmit={rotate}
          beside={
            <Button look="quiet" onClick={() => ask(false)}>
              Cancel
            </Button>
          }
        >
          <Field label="The old key works on for" error={state.errorOf("overlap_ms")}>
            <Select value={overlap} onChange={setOverlap} options={OVERLAPS} />
          </Field>
        </Form>
      </Dialog>
      {made === null ? null : (
        <ShownOnce title="Your new key" onDone={done}>
          <KeyShown value={made.key} />
        </ShownOnce>
      )}
    </>
  );
}
