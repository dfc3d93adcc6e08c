import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { announce } from "./announce.ts";
import { Button, IconButton } from "./button.tsx";

export interface CopyButtonProps {
  readonly text: string;
  /** What it copies, for its name: "Copy the key". */
  readonly label?: string;
  /** Shows the label beside the icon. */
  readonly wide?: boolean;
}

export function CopyButton({ text, label = "Copy", wide = false }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      announce("This browser does not let pages copy. Select the text and copy it yourself.");
      return;
    }
    setCopied(true);
    announce("Copied.");
    setTimeout(() => setCopied(false), 2_000);
  };
  const icon = copied ? Check : Copy;
  return wide ? (
    <Button size="sm" icon={icon} onClick={() => void copy()}>
      {copied ? "Copied" : label}
    </Button>
  ) : (
    <IconButton size="sm" icon={icon} label={label} onClick={() => void copy()} />
  );
}
