import { Popover } from "@base-ui/react/popover";
import { CalendarRange, Check } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { effects } from "../lib/effects.ts";
import { formatDateTime } from "../lib/format.ts";
import { PRESETS, type PresetName, type Range, readRange } from "../lib/range.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Input } from "./input.tsx";
import { POPUP, POPUP_ITEM, POPUP_LAYER } from "./popup.ts";
import { useUrlState } from "./url-state.ts";

/** The range of the address. It stays the same until the address changes, so that queries do not ask anew by themselves. */
export function useRange(usual: PresetName = "30d"): Range {
  const url = useUrlState();
  const [range, from, to] = [url.get("range"), url.get("from"), url.get("to")];
  return useMemo(
    () => readRange((name) => ({ range, from, to })[name] ?? null, effects.now(), usual),
    [range, from, to, usual],
  );
}

/** The range of an address that has one, as the API takes it; without one nothing, which is all of time. */
export function useRangeAsked(): { readonly from?: string; readonly to?: string } {
  const { all } = useUrlState();
  const { from, to } = useRange();
  const ranged = ["range", "from", "to"].some((name) => all[name] !== undefined);
  return useMemo(() => (ranged ? { from, to } : {}), [ranged, from, to]);
}

/**
 * Presets, or exact moments in the viewer's zone. Writes `range`, or `from` and `to`, into the address. `unset` is what
 * an address without any means, "Any time", where that is not the page's usual range.
 */
export function DateRangePicker({
  range,
  presets = Object.keys(PRESETS) as PresetName[],
  unset,
}: {
  readonly range: Range;
  readonly presets?: readonly PresetName[];
  readonly unset?: string;
}) {
  const url = useUrlState();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState({ from: "", to: "" });
  const [problem, setProblem] = useState<string | null>(null);
  const isUnset = unset !== undefined && ["range", "from", "to"].every((name) => url.get(name) === null);
  const shown = isUnset
    ? unset
    : range.preset === null
      ? `${formatDateTime(Date.parse(range.from))} – ${formatDateTime(Date.parse(range.to))}`
      : PRESETS[range.preset];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const [from, to] = [new Date(draft.from), new Date(draft.to)];
    if (!(from.getTime() < to.getTime())) {
      setProblem("Give two moments, the later one second.");
      return;
    }
    url.set({ range: null, from: from.toISOString(), to: to.toISOString(), cursor: null });
    setOpen(false);
  };
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        if (next) setDraft({ from: localTime(range.from), to: localTime(range.to) });
        setProblem(null);
        setOpen(next);
      }}
    >
      <Popover.Trigger
        render={
          <Button size="sm" icon={CalendarRange} aria-label={`Time range: ${shown}`}>
            {shown}
          </Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="end" className={POPUP_LAYER}>
          <Popover.Popup
            aria-label="Time range"
            className={cx(POPUP, "flex w-[min(28rem,calc(100vw-2rem))] max-sm:flex-col")}
          >
            <ul className="flex shrink-0 flex-col p-1 sm:w-40 sm:border-r sm:border-line">
              {[...(unset === undefined ? [] : [null]), ...presets].map((preset) => {
                const chosen = preset === null ? isUnset : range.preset === preset && !isUnset;
                return (
                  <li key={preset}>
                    <button
                      type="button"
                      aria-pressed={chosen}
                      onClick={() => {
                        url.set({ range: preset, from: null, to: null, cursor: null });
                        setOpen(false);
                      }}
                      className={cx(POPUP_ITEM, "w-full justify-between hover:bg-hover")}
                    >
                      {preset === null ? unset : PRESETS[preset]}
                      {chosen ? <Check size={14} aria-hidden="true" /> : null}
                    </button>
                  </li>
                );
              })}
            </ul>
            <form onSubmit={submit} className="flex min-w-0 flex-1 flex-col gap-3 p-3">
              <Field label="From" error={problem}>
                <Input
                  type="datetime-local"
                  value={draft.from}
                  onChange={(event) => setDraft({ ...draft, from: event.target.value })}
                />
              </Field>
              <Field label="To" hint={Intl.DateTimeFormat().resolvedOptions().timeZone}>
                <Input
                  type="datetime-local"
                  value={draft.to}
                  onChange={(event) => setDraft({ ...draft, to: event.target.value })}
                />
              </Field>
              <Button type="submit" size="sm" look="primary" className="self-end">
                Apply
              </Button>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** An RFC 3339 time as an input of the kind datetime-local takes it. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
