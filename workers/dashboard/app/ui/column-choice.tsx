import { Popover } from "@base-ui/react/popover";
import { Columns3 } from "lucide-react";
import { cx } from "../lib/class-names.ts";
import { Button } from "./button.tsx";
import { Checkbox } from "./checkbox.tsx";
import { POPUP, POPUP_LAYER } from "./popup.ts";

export interface ColumnChoiceProps {
  readonly columns: readonly { readonly id: string; readonly header: string }[];
  readonly hidden: readonly string[];
  readonly onChange: (hidden: readonly string[]) => void;
}

/** Which columns of a table are shown. */
export const ColumnChoice = ({ columns, hidden, onChange }: ColumnChoiceProps) => (
  <Popover.Root>
    <Popover.Trigger
      render={
        <Button size="sm" icon={Columns3}>
          Columns
        </Button>
      }
    />
    <Popover.Portal>
      <Popover.Positioner sideOffset={4} align="end" className={POPUP_LAYER}>
        <Popover.Popup
          aria-label="Columns"
          className={cx(POPUP, "flex max-h-(--available-height) min-w-44 flex-col gap-2 overflow-y-auto p-3")}
        >
          {columns.map(({ id, header }) => (
            <Checkbox
              key={id}
              label={header}
              checked={!hidden.includes(id)}
              onChange={(shown) => onChange(shown ? hidden.filter((other) => other !== id) : [...hidden, id])}
            />
          ))}
        </Popover.Popup>
      </Popover.Positioner>
    </Popover.Portal>
  </Popover.Root>
);
