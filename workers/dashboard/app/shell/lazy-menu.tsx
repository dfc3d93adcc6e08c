import { type ButtonHTMLAttributes, lazy, Suspense, useState } from "react";
import type { MenuProps } from "../ui/menu.tsx";

const Menu = lazy(async () => ({ default: (await import("../ui/menu.tsx")).Menu }));

/** A menu of the top bar. Its code comes when it is opened for the first time: the first load does without it. */
export function LazyMenu({
  button,
  ...menu
}: Omit<MenuProps, "trigger"> & { readonly button: ButtonHTMLAttributes<HTMLButtonElement> }) {
  const [wanted, want] = useState(false);
  const placeholder = <button type="button" aria-haspopup="menu" {...button} onClick={() => want(true)} />;
  if (!wanted) return placeholder;
  return (
    <Suspense fallback={placeholder}>
      <Menu {...menu} defaultOpen trigger={<button type="button" {...button} />} />
    </Suspense>
  );
}
