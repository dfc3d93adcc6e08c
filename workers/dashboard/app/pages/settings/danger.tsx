import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import { count } from "../../lib/format.ts";
import { rowOf } from "../../lib/json.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { toast } from "../../ui/toast.ts";

/** What concerns everything that the organisation has. For owners. */
export function DangerZone({ id, name }: { readonly id: string; readonly name: string }) {
  const [asking, ask] = useState(false);
  const rotate = useApiMutation("post", "/v1/orgs/{id}/rotate-data-key");
  return (
    <section id="danger" aria-label="Danger zone" className="scroll-mt-20">
      <Card title="Danger zone" className="border-bad/40">
        <div className="flex flex-wrap items-center justify-between gap-3 text-sm">
          <div className="max-w-xl">
            <p className="font-medium">Replace the data key</p>
            <p className="text-ink-2">
              The key that every stored credential and text of the organisation is sealed with. Do it when somebody may
              have had the old one.
            </p>
          </div>
          <Button className="text-bad-ink" onClick={() => ask(true)}>
            Replace the data key
          </Button>
        </div>
      </Card>
      <ConfirmDialog
        open={asking}
        onClose={() => ask(false)}
        title={`Replace the data key of “${name}”?`}
        verb="Replace"
        danger
        onConfirm={async () => {
          const answer = rowOf(await rotate.mutateAsync({ parameters: { path: { id } } }));
          toast(`${count(Number(answer.resealed ?? 0), "credential was", "credentials were")} sealed anew.`);
        }}
      >
        Every stored credential is sealed anew, in one step. Requests go on meanwhile, and nobody has to enter a
        credential again.
      </ConfirmDialog>
    </section>
  );
}
