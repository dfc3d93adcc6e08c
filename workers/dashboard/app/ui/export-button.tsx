import { Download } from "lucide-react";
import { useState } from "react";
import { apiErrorOf } from "../api/api-error.ts";
import { Button, type ButtonProps } from "./button.tsx";
import { toast } from "./toast.ts";

export interface ExportButtonProps extends Pick<ButtonProps, "look" | "size" | "disabled"> {
  /** Saves the file; what it throws is told. */
  readonly save: () => Promise<void>;
}

/** Saves what the page shows as CSV. */
export function ExportButton({ save, ...look }: ExportButtonProps) {
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      await save();
    } catch (error) {
      toast(apiErrorOf(error).message, "bad");
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button {...look} icon={Download} busy={busy} onClick={() => void run()}>
      Export CSV
    </Button>
  );
}
