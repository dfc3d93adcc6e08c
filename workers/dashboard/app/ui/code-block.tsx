import { CopyButton } from "./copy-button.tsx";

/** Code to read and to copy, such as a request with curl. `label` names it. */
export const CodeBlock = ({ code, label }: { readonly code: string; readonly label: string }) => (
  <figure className="min-w-0 overflow-hidden rounded-lg border border-line bg-sunken">
    <figcaption className="flex items-center justify-between gap-2 border-b border-line py-1 pr-1.5 pl-3 text-xs text-ink-3">
      {label}
      <CopyButton text={code} label={`Copy: ${label}`} />
    </figcaption>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by its focus */}
    <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-xs leading-5 text-ink">
      <code>{code}</code>
    </pre>
  </figure>
);
