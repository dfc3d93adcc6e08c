import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { cx } from "../lib/class-names.ts";
import { POPUP, POPUP_LAYER } from "./popup.ts";

/** A few words more on hover and focus. `children` must take the focus; what one needs to know never stands here alone. */
export function Tooltip({ text, children }: { readonly text: ReactNode; readonly children: ReactElement }) {
  return (
    <Base.Root>
      <Base.Trigger delay={300} render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className={POPUP_LAYER}>
          <Base.Popup className={cx(POPUP, "max-w-72 px-2 py-1 text-xs")}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
