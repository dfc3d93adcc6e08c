import type { TextareaHTMLAttributes } from "react";
import { cx } from "../lib/class-names.ts";
import { INPUT, useField } from "./field.tsx";

export function Textarea({
  className,
  mono = false,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly mono?: boolean }) {
  return (
    <textarea
      rows={4}
      spellCheck={false}
      {...useField()}
      {...rest}
      className={cx(INPUT, "py-1.5 leading-5", mono && "font-mono text-xs", className)}
    />
  );
}
