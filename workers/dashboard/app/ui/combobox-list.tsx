import { Combobox as Base } from "@base-ui/react/combobox";
import { Check } from "lucide-react";
import { cx } from "../lib/class-names.ts";
import { POPUP, POPUP_ITEM, POPUP_LAYER } from "./popup.ts";
import type { Option } from "./select.tsx";

/** The list that opens below a combobox. `empty` stands there where nothing is called what was typed. */
export const ComboboxList = ({ empty }: { readonly empty: string }) => (
  <Base.Portal>
    <Base.Positioner sideOffset={4} className={POPUP_LAYER}>
      <Base.Popup className={cx(POPUP, "w-(--anchor-width) min-w-48")}>
        <Base.Empty>
          <div className="px-3 py-2 text-sm text-ink-3">{empty}</div>
        </Base.Empty>
        <Base.List className="max-h-[min(18rem,var(--available-height))] overflow-y-auto p-1 outline-none data-empty:p-0">
          {(option: Option) => (
            <Base.Item key={option.value} value={option} className={cx(POPUP_ITEM, "grid grid-cols-[1rem_1fr]")}>
              <Base.ItemIndicator className="col-start-1">
                <Check size={14} aria-hidden="true" />
              </Base.ItemIndicator>
              <span className="col-start-2 truncate">{option.label}</span>
            </Base.Item>
          )}
        </Base.List>
      </Base.Popup>
    </Base.Positioner>
  </Base.Portal>
);
