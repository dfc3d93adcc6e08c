import { cx } from "../../lib/class-names.ts";

const TONES = [
  "bg-accent-soft text-accent-ink",
  "bg-info-soft text-info-ink",
  "bg-good-soft text-good-ink",
  "bg-warn-soft text-warn-ink",
  "bg-sunken text-ink-2",
] as const;

/** The letters of a kind in place of its logo, always in the same colour. */
export function LetterLogo({ name, className }: { readonly name: string; readonly className?: string }) {
  const words = name.replace(/^(?:Google|Amazon|Azure) /, "").split(/[\s-]+/);
  const letters = words.length > 1 ? words.map((word) => word.charAt(0)).join("") : name.slice(0, 2);
  const place = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % TONES.length;
  return (
    <span
      aria-hidden="true"
      className={cx(
        "flex size-8 shrink-0 items-center justify-center rounded-md text-xs font-semibold",
        TONES[place],
        className,
      )}
    >
      {letters.slice(0, 2)}
    </span>
  );
}
