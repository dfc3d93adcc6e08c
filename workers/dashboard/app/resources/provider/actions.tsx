import { FlaskConical, Power, RefreshCw } from "lucide-react";
import { useState } from "react";
import { apiErrorOf } from "../../api/api-error.ts";
import { useRefresh } from "../../api/hooks.ts";
import { useApiMutation } from "../../api/mutation.ts";
import { ifMatch, send } from "../../api/send.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { toast } from "../../ui/toast.ts";
import type { Subject } from "../extras.tsx";
import { TestDialog } from "./test-dialog.tsx";

/** Trying whether it works, taking over its list of models, and switching it off and on. */
export default function ProviderActions({ subject }: { readonly subject: Subject }) {
  const access = useAccess();
  const [testing, test] = useState(false);
  return (
    <>
      {access.may("providers:test") ? (
        <>
          <Button icon={FlaskConical} onClick={() => test(true)}>
            Test
          </Button>
          <SyncButton id={subject.id} />
          <TestDialog id={subject.id} open={testing} onClose={() => test(false)} />
        </>
      ) : null}
      {access.may("providers:write") ? <EnableButton subject={subject} /> : null}
    </>
  );
}

function SyncButton({ id }: { readonly id: string }) {
  const sync = useApiMutation("post", "/v1/providers/{id}/sync", { invalidates: ["/v1/providers/{id}"] });
  const run = async (): Promise<void> => {
    const {
      ok,
      listed,
      new: appeared,
      vanished,
      unpriced,
      error,
    } = await sync.mutateAsync({
      parameters: { path: { id } },
    });
    if (!ok) toast(`Its list could not be read: ${error?.message ?? "it gave no reason."}`, "bad");
    else toast(`It lists ${listed} models: ${appeared} new, ${vanished} vanished, ${unpriced} without a price.`);
  };
  return (
    <Button
      icon={RefreshCw}
      busy={sync.isPending}
      onClick={() => void run().catch((error: unknown) => toast(apiErrorOf(error).message, "bad"))}
    >
      Sync models
    </Button>
  );
}

function EnableButton({ subject: { id, row, etag, label } }: { readonly subject: Subject }) {
  const refresh = useRefresh();
  const [asking, ask] = useState(false);
  const enabled = row.enabled !== false;
  const set = async (next: boolean): Promise<void> => {
    await send("PATCH", `/v1/providers/${encodeURIComponent(id)}`, {
      body: { enabled: next },
      headers: ifMatch(etag),
    });
    await refresh(["/v1/providers", "names"]);
    toast(next ? "Its models are offered again." : "Its models are not offered any more.");
  };
  return (
    <>
      <Button icon={Power} onClick={() => ask(true)}>
        {enabled ? "Disable" : "Enable"}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => ask(false)}
        title={`${enabled ? "Disable" : "Enable"} the provider “${label}”?`}
        verb={enabled ? "Disable" : "Enable"}
        danger={enabled}
        onConfirm={() => set(!enabled)}
      >
        {enabled
          ? "Within ten seconds no request goes to it any more. Rules that name its models alone refuse what comes to them. Its credential stays stored, so it can be enabled again."
          : "Within ten seconds its models are offered again, and rules that name them use them."}
      </ConfirmDialog>
    </>
  );
}
