import { Menu as Base } from "@base-ui/react/menu";
import type { LucideIcon } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { cx } from "../lib/class-names.ts";
import { useNavigate } from "./link.tsx";
import { POPUP, POPUP_ITEM, POPUP_LAYER } from "./popup.ts";

export type MenuItem =
  | { readonly kind: "separator" }
  | { readonly kind: "heading"; readonly text: string }
  | {
      readonly kind?: "item";
      readonly text: ReactNode;
      readonly icon?: LucideIcon;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      readonly onSelect?: () => void;
      /** Leads there instead of calling `onSelect`. */
      readonly to?: string;
    };

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly items: readonly MenuItem[];
  readonly align?: "start" | "end";
  readonly side?: "bottom" | "top";
  readonly defaultOpen?: boolean;
}

export function Menu({ trigger, items, align = "end", side = "bottom", defaultOpen = false }: MenuProps) {
  const navigate = useNavigate();
  return (
    <Base.Root defaultOpen={defaultOpen} modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} side={side} className={POPUP_LAYER}>
          <Base.Popup className={cx(POPUP, "max-h-(--available-height) max-w-80 min-w-44 overflow-y-auto p-1")}>
            {items.map((item, index) => {
              // biome-ignore lint/suspicious/noArrayIndexKey: a menu's items do not change places while it is open
              if (item.kind === "separator") return <Base.Separator key={index} className="my-1 h-px bg-line" />;
              if (item.kind === "heading")
                return (
                  <div key={item.text} className="px-2 py-1 text-xs text-ink-3 wrap-anywhere">
                    {item.text}
                  </div>
                );
              const { icon: Icon, to } = item;
              return (
                <Base.Item
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  key={index}
                  disabled={item.disabled}
                  onClick={() => {
                    if (to === undefined) item.onSelect?.();
                    else if (/^\/docs/.test(to)) location.assign(to);
                    else navigate(to);
                  }}
                  className={cx(POPUP_ITEM, item.danger === true && "text-bad-ink")}
                >
                  {Icon === undefined ? null : <Icon size={15} aria-hidden="true" className="shrink-0 text-ink-3" />}
                  <span className="min-w-0 truncate">{item.text}</span>
                </Base.Item>
              );
            })}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
