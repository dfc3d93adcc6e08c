import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "../lib/class-names.ts";
import { Link, type LinkProps } from "./link.tsx";
import { Spinner } from "./spinner.tsx";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";

const BASE =
  "inline-flex items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap select-none transition-colors disabled:opacity-55 disabled:cursor-not-allowed aria-disabled:opacity-55";

const LOOKS: Readonly<Record<ButtonLook, string>> = {
  primary: "bg-accent text-white hover:bg-accent-hover",
  secondary: "border border-line-strong bg-raised text-ink hover:bg-hover",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink",
  danger: "bg-bad text-white hover:bg-bad-hover",
};

const SIZES = { sm: "h-7 px-2", md: "h-8 px-3" } as const;

interface Look {
  readonly look?: ButtonLook;
  readonly size?: keyof typeof SIZES;
  readonly icon?: LucideIcon;
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** Under way: it shows that, and does nothing until it is done. */
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = "secondary",
  size = "md",
  icon: Icon,
  busy = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={busy || rest.disabled}
      aria-busy={busy || undefined}
      className={cx(BASE, LOOKS[look], SIZES[size], className)}
    >
      {busy ? <Spinner /> : Icon === undefined ? null : <Icon size={15} aria-hidden="true" />}
      {children}
    </button>
  );
}

/** A link that looks like a button: for what leads somewhere. */
export function ButtonLink({
  look = "secondary",
  size = "md",
  icon: Icon,
  className,
  children,
  ...rest
}: LinkProps & Look) {
  return (
    <Link {...rest} className={cx(BASE, LOOKS[look], SIZES[size], className)}>
      {Icon === undefined ? null : <Icon size={15} aria-hidden="true" />}
      {children}
    </Link>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  readonly icon: LucideIcon;
  /** What it does: its name and its hint. */
  readonly label: string;
  readonly badge?: ReactNode;
}

export function IconButton({
  icon: Icon,
  label,
  look = "quiet",
  size = "md",
  className,
  badge,
  busy = false,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      disabled={busy || rest.disabled}
      aria-label={label}
      className={cx(BASE, LOOKS[look], size === "sm" ? "size-7" : "size-8", "relative shrink-0", className)}
    >
      {busy ? <Spinner /> : <Icon size={16} aria-hidden="true" />}
      {badge}
    </button>
  );
}
