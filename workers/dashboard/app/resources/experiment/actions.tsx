import { Play, Square, Trophy, Undo2 } from "lucide-react";
import { useState } from "react";
import { useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { rowsIn, textIn } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { toast } from "../../ui/toast.ts";
import type { Subject } from "../extras.tsx";

type Step = "start" | "stop" | "promote" | "revert";

/** Starting, stopping, promoting, and taking the last decision back: what its state allows. */
export default function ExperimentActions({ subject }: { readonly subject: Subject }) {
  const access = useAccess();
  const refresh = useRefresh();
  const [asking, ask] = useState<Step | null>(null);
  const { row, id, label, resource } = subject;
  const names = rowsIn(row, "variants").map((variant) => textIn(variant, "name"));
  const [chosen, choose] = useState(names[1] ?? names[0] ?? "");
  if (!access.may(resource.write)) return null;
  const status = textIn(row, "status");
  const reverts = status === "promoted" || (status === "running" && rowsIn(row, "stopped_variants").length > 0);
  const act = async (step: Step, done: string): Promise<void> => {
    const body = step === "promote" ? { variant: chosen } : undefined;
    await send("POST", `${resource.path}/${encodeURIComponent(id)}/${step}`, body === undefined ? {} : { body });
    await refresh([resource.path]);
    toast(done);
  };
  const close = (): void => ask(null);
  return (
    <>
      {status === "draft" || status === "stopped" ? (
        <Button look="primary" icon={Play} onClick={() => ask("start")}>
          Start
        </Button>
      ) : null}
      {status === "draft" ? null : (
        <Button icon={Trophy} onClick={() => ask("promote")}>
          Promote a variant
        </Button>
      )}
      {reverts ? (
        <Button icon={Undo2} onClick={() => ask("revert")}>
          Revert
        </Button>
      ) : null}
      {status === "running" || status === "promoted" ? (
        <Button icon={Square} onClick={() => ask("stop")}>
          Stop
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking === "start"}
        onClose={close}
        title={`Start the experiment “${label}”?`}
        verb="Start"
        onConfirm={() => act("start", "It runs.")}
      >
        From now on requests that its conditions hold for are shared among its variants, which is what they cost and how
        they answer. A run with figures of its own begins.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "stop"}
        onClose={close}
        title={`Stop the experiment “${label}”?`}
        verb="Stop"
        onConfirm={() => act("stop", "Stopped.")}
      >
        Requests go where they would go without it. The figures of this run stay; starting again begins new ones.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "revert"}
        onClose={close}
        title="Revert the last decision?"
        verb="Revert"
        onConfirm={() => act("revert", "Reverted.")}
      >
        The last decision is taken back: a promoted experiment runs on, and variants that were stopped serve requests
        again. From then on it decides nothing by itself.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "promote"}
        onClose={close}
        title="Promote a variant"
        verb="Promote"
        onConfirm={() => act("promote", "Promoted.")}
      >
        <span className="flex flex-col gap-3">
          Every request that takes part gets it, until the experiment is reverted or stopped.
          <Field label="Variant">
            <Select value={chosen} onChange={choose} options={names.map((name) => ({ value: name, label: name }))} />
          </Field>
        </span>
      </ConfirmDialog>
    </>
  );
}
