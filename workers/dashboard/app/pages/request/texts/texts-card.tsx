import { Eye, EyeOff, Trash2 } from "lucide-react";
import { useState } from "react";
import { type ApiError, apiErrorOf } from "../../../api/api-error.ts";
import { client } from "../../../api/client.ts";
import { useRefresh } from "../../../api/hooks.ts";
import { useApiMutation } from "../../../api/mutation.ts";
import { formatBytes } from "../../../lib/format.ts";
import { hrefTo } from "../../../lib/paths.ts";
import { useAccess } from "../../../session/access.tsx";
import { Button } from "../../../ui/button.tsx";
import { Card } from "../../../ui/card.tsx";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { JsonView } from "../../../ui/json-view.tsx";
import { Link } from "../../../ui/link.tsx";
import { Notice } from "../../../ui/problem.tsx";
import { Segmented } from "../../../ui/segmented.tsx";
import { ErrorState } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { toast } from "../../../ui/toast.ts";
import type { LoggedRequest } from "../timeline.ts";
import { AbsentTexts } from "./absent-texts.tsx";
import { Conversation } from "./conversation.tsx";
import type { Texts } from "./turns.ts";

const LAYOUTS = [
  { value: "turns", label: "As it was said" },
  { value: "json", label: "JSON" },
];

/**
 * The stored prompt and answer. They are read on asking alone, since each reading is in the audit log, and are gone from
 * the page with it: they are in no cache of answers.
 */
export function TextsCard({ request: { id, texts: state } }: { readonly request: LoggedRequest }) {
  const access = useAccess();
  const refresh = useRefresh();
  const [texts, setTexts] = useState<Texts | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState(false);
  const [layout, setLayout] = useState("turns");
  const erase = useApiMutation("delete", "/v1/requests/{id}/texts");
  const read = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const { data } = await client.GET("/v1/requests/{id}/texts", { params: { path: { id } } });
      setTexts(data ?? null);
    } catch (error) {
      const refusal = apiErrorOf(error);
      setFailure(refusal);
      // They went while this page was open: it says so once the request is read anew.
      if (refusal.code.startsWith("texts_")) await refresh(["/v1/requests"]);
    } finally {
      setBusy(false);
    }
  };
  const confirm = async (): Promise<void> => {
    try {
      await erase.mutateAsync({ parameters: { path: { id } } });
      toast("The texts were erased.");
    } finally {
      // Also where their store has yet to delete them: they can be read no more.
      setTexts(null);
      await refresh(["/v1/requests"]);
    }
  };
  const stored = state === "stored";
  const readable = stored && access.may("texts:read");
  return (
    <Card
      title="Prompt and answer"
      description={stored ? <Sealed id={id} /> : undefined}
      actions={
        <>
          {readable && texts === null ? (
            <Button icon={Eye} busy={busy} onClick={() => void read()}>
              Show texts
            </Button>
          ) : null}
          {texts === null ? null : (
            <>
              <Segmented label="How the texts are shown" options={LAYOUTS} value={layout} onChange={setLayout} />
              <CopyButton wide text={JSON.stringify(texts, null, 2)} label="Copy JSON" />
              <Button icon={EyeOff} size="sm" onClick={() => setTexts(null)}>
                Hide
              </Button>
            </>
          )}
          {stored && access.may("texts:erase") ? (
            <Button
              icon={Trash2}
              size={texts === null ? "md" : "sm"}
              className="text-bad-ink"
              onClick={() => ask(true)}
            >
              Erase
            </Button>
          ) : null}
        </>
      }
    >
      {stored ? null : <AbsentTexts id={id} state={state} />}
      {!stored || readable ? null : (
        <p className="text-sm text-ink-2">
          Your role may not read them: owners and admins may, and keys with the scope texts:read.
        </p>
      )}
      {failure === null || !stored ? null : <ErrorState error={failure} onRetry={() => void read()} />}
      {texts === null ? (
        readable && failure === null ? (
          <p className="text-sm text-ink-2">They are not loaded before you ask for them.</p>
        ) : null
      ) : (
        <Shown texts={texts} layout={layout} />
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => ask(false)}
        title={`Erase the texts of ${id}?`}
        verb="Erase"
        danger
        onConfirm={confirm}
      >
        What was asked and answered can be read no more, by nobody, and cannot be brought back. The request stays in the
        log with what it cost. That it was done is in the audit log.
      </ConfirmDialog>
    </Card>
  );
}

function Sealed({ id }: { readonly id: string }) {
  const access = useAccess();
  const log = access.may("audit:read") ? (
    <Link to={hrefTo(["audit"], { target_id: id })} className="link">
      audit log
    </Link>
  ) : (
    "audit log"
  );
  return <>Stored, and sealed. Each reading is an entry of the {log}.</>;
}

function Shown({ texts, layout }: { readonly texts: Texts; readonly layout: string }) {
  const { stored_at, expires_at, bytes, truncated } = texts;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-xs text-ink-3">
        Stored <Time iso={stored_at} exact />, kept until <Time iso={expires_at} exact />, {formatBytes(bytes)} sealed.
      </p>
      {truncated ? (
        <Notice tone="warn">
          It was too long to be stored whole: the oldest messages or the answer's end are cut.
        </Notice>
      ) : null}
      {layout === "json" ? <JsonView value={texts} open={4} /> : <Conversation texts={texts} />}
    </div>
  );
}
