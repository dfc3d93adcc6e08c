import { useRef, useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import { formatBytes } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useNames } from "../../resources/names.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { useNavigate } from "../../ui/link.tsx";
import { Select } from "../../ui/select.tsx";

const BYTES_MAX = 16 * 1024 * 1024;

/** Chooses a provider's export and lays our count beside it. */
export function CompareDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Compare a bill"
      description="Export the costs or the usage of some days from your provider's site as CSV. OpenAI's and Anthropic's files are known; any file with date, model and cost_usd is read, too."
    >
      <CompareForm onClose={onClose} />
    </Dialog>
  );
}

function CompareForm({ onClose }: { readonly onClose: () => void }) {
  const names = useNames(["provider"]);
  const providers = names.options("provider");
  const [provider, setProvider] = useState("");
  const [threshold, setThreshold] = useState("1");
  const [file, setFile] = useState<File | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const state = useForm(["provider_id", "csv", "threshold_percent"]);
  const navigate = useNavigate();
  const compare = useApiMutation("post", "/v1/reconciliations", { invalidates: ["/v1/reconciliations"] });
  const chosen = provider === "" ? (providers[0]?.value ?? "") : provider;
  const send = async (): Promise<void> => {
    const threshold_percent = Number(threshold.replace(",", "."));
    const right = state.check({
      ...(chosen === "" ? { provider_id: "Choose whose bill it is. Add the provider first if it is not there." } : {}),
      ...(file === null ? { csv: "Choose the file that your provider exported." } : {}),
      ...(file !== null && file.size > BYTES_MAX
        ? { csv: `The file has ${formatBytes(file.size)}; 16 MB are the most. Export fewer days at a time.` }
        : {}),
      ...(threshold_percent >= 0.01 && threshold_percent <= 100
        ? {}
        : { threshold_percent: "A number from 0.01 to 100." }),
    });
    if (!right || file === null) return;
    await state.submit(async () => {
      const made = await compare.mutateAsync({
        body: { provider_id: chosen, csv: await file.text(), threshold_percent },
      });
      onClose();
      navigate(hrefTo(["bills", made.id]));
    });
  };
  return (
    <Form
      state={state}
      submit="Compare"
      onSubmit={() => void send()}
      beside={<Button onClick={onClose}>Cancel</Button>}
    >
      <Field label="Provider" error={state.errorOf("provider_id")}>
        <Select value={chosen} onChange={setProvider} options={providers} placeholder="No provider yet" />
      </Field>
      <Field
        label="Export, as CSV"
        error={state.errorOf("csv")}
        hint={file === null ? "Up to 16 MB." : formatBytes(file.size)}
      >
        <Input
          ref={input}
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </Field>
      <Field
        label="Alarm above, in percent"
        error={state.errorOf("threshold_percent")}
        hint="How far both counts may be apart before it is an alert."
      >
        <Input value={threshold} inputMode="decimal" onChange={(event) => setThreshold(event.target.value)} />
      </Field>
    </Form>
  );
}
