import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import { formatDuration } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { Problem } from "../../ui/problem.tsx";

/** One small real request, after somebody has asked for it: it costs. */
export function TestDialog({
  id,
  open,
  onClose,
}: {
  readonly id: string;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const [model, setModel] = useState("");
  const test = useApiMutation("post", "/v1/providers/{id}/test", { invalidates: ["/v1/providers/{id}/health"] });
  const run = (): void => {
    const name = model.trim();
    test.mutate({ parameters: { path: { id } }, body: name === "" ? {} : { model: name } });
  };
  return (
    <Dialog
      open={open}
      onClose={() => {
        test.reset();
        onClose();
      }}
      title="Test with one real call"
      description="A small question, charged to a wallet of your organisation like any other request. Usually that is a small part of a cent."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" busy={test.isPending} onClick={run}>
            {test.data === undefined ? "Send the call" : "Send it again"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Model" required={false} hint="The cheapest one with a price unless you name one.">
          <Input value={model} placeholder="gpt-4.1-nano" onChange={(event) => setModel(event.target.value)} />
        </Field>
        <div role="status">
          <Problem message={test.error?.message} />
          {test.data === undefined ? null : test.data.ok ? (
            <p className="flex items-start gap-2 rounded-md bg-good-soft px-3 py-2 text-sm text-good-ink">
              <CircleCheck size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
              <span>
                It works: {test.data.model} answered in {formatDuration(test.data.latency_ms)}
                {test.data.cost_usd === undefined ? null : (
                  <>
                    {" "}
                    for <Money usd={test.data.cost_usd} />
                  </>
                )}
                .
              </span>
            </p>
          ) : (
            <Problem message={`It does not work. ${test.data.error?.message ?? ""}`}>
              <p className="mt-1">
                <code className="font-mono text-xs">{test.data.error?.code}</code>
              </p>
            </Problem>
          )}
        </div>
      </div>
    </Dialog>
  );
}
