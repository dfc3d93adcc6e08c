import { type ReactNode, useId } from "react";
import { Button } from "../ui/button.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/problem.tsx";

/** What the platform does not store and never shows again. The dialog closes by its button alone. */
export const ShownOnce = ({
  title = "Store this now",
  onDone,
  children,
}: {
  readonly title?: string;
  readonly onDone: () => void;
  readonly children: ReactNode;
}) => (
  <Dialog
    open
    insists
    width="lg"
    title={title}
    onClose={onDone}
    footer={
      <Button look="primary" onClick={onDone}>
        I have stored it
      </Button>
    }
  >
    <div className="flex flex-col gap-4">{children}</div>
  </Dialog>
);

/** Text to copy, under a name. */
export function Copyable({ label, value }: { readonly label: string; readonly value: string }) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span id={id} className="text-sm font-medium">
        {label}
      </span>
      <div className="flex items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
        <output aria-labelledby={id} className="min-w-0 flex-1 font-mono text-xs break-all">
          {value}
        </output>
        <CopyButton text={value} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}

ShownOnce.Key = ({ value, model = "sandbox/echo" }: { readonly value: string; readonly model?: string }) => (
  <>
    <Notice tone="warn">Copy the key now: it is not stored, and is never shown again.</Notice>
    <Copyable label="The key" value={value} />
    <CodeBlock label="A first request with it" code={firstRequest(value, model)} />
  </>
);

ShownOnce.Invitation = ({ email, token }: { readonly email: string; readonly token: string }) => (
  <>
    <Notice tone="warn">Send this link to {email} now: it is not stored, and is never shown again.</Notice>
    <Copyable label="The link" value={`${location.origin}/invite#${token}`} />
    <Copyable label="Or the token alone" value={token} />
  </>
);

/** A chat completion with curl. */
export const firstRequest = (key: string, model: string): string =>
  [
    `curl ${location.origin}/v1/chat/completions \\`,
    `  -H 'authorization: Bearer ${key}' \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '${JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] })}'`,
  ].join("\n");
