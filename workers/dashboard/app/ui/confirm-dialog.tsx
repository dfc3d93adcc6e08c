import { type ReactNode, useId, useState } from "react";
import { apiErrorOf } from "../api/api-error.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { INPUT } from "./field.tsx";
import { Problem } from "./problem.tsx";

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** A question that names the thing: "Revoke the API key “Backend”?" */
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** Figures by which to decide, below it. */
  readonly details?: ReactNode;
  /** What the button says: the verb, never "OK". */
  readonly verb: string;
  readonly danger?: boolean;
  /** What must be typed before it can be done, for what cannot be undone. */
  readonly typed?: string;
  /** Does it; what it throws is shown, and the dialog stays. It closes when it is done. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before something that costs or destroys. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  details,
  verb,
  danger = false,
  typed,
  onConfirm,
}: ConfirmDialogProps) {
  const id = useId();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const close = (): void => {
    setText("");
    setProblem(null);
    onClose();
  };
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm();
      close();
    } catch (error) {
      setProblem(apiErrorOf(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      description={children}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            look={danger ? "danger" : "primary"}
            busy={busy}
            disabled={typed !== undefined && text.trim() !== typed}
            onClick={() => void confirm()}
          >
            {verb}
          </Button>
        </>
      }
    >
      {typed === undefined && problem === null && details === undefined ? undefined : (
        <div className="flex flex-col gap-3">
          {details}
          {typed === undefined ? null : (
            <div className="flex flex-col gap-1">
              <label htmlFor={id} className="text-sm text-ink-2">
                Type <strong className="font-semibold text-ink wrap-anywhere">{typed}</strong> to go on.
              </label>
              <input
                id={id}
                value={text}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setText(event.target.value)}
                className={`${INPUT} h-8`}
              />
            </div>
          )}
          <Problem message={problem} />
        </div>
      )}
    </Dialog>
  );
}
