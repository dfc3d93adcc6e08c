import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { cx } from "../lib/class-names.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The width that an element has now, in pixels; 0 before it is known. */
export function useWidth<Element extends HTMLElement>() {
  const ref = useRef<Element>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

export interface TableData {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ChartFrameProps {
  /** What it shows, in a sentence: "Cost by model, 30 days, $1,234.56 in all". */
  readonly summary: string;
  readonly height: number;
  /** All figures, for those who do not see them. */
  readonly table: TableData;
  /** How many points the tooltip can stand at. */
  readonly points: number;
  /** Which point is nearest to a place, in pixels from the left and the top. */
  readonly pointAt: (x: number, y: number, size: Size) => number;
  /** Draws it. `active` is the point that is looked at. */
  readonly draw: (size: Size, active: number | null) => ReactNode;
  /** What the tooltip says of a point, and where it stands. */
  readonly tip: (point: number, size: Size) => { readonly x: number; readonly y: number; readonly content: ReactNode };
  readonly onChoose?: ((point: number) => void) | undefined;
}

const TIP_PX = 208;

/** What all charts have: their size, a tooltip for pointer and keyboard, a summary, and a table that is heard and not seen. */
export function ChartFrame({ summary, height, table, points, pointAt, draw, tip, onChoose }: ChartFrameProps) {
  const { ref, width } = useWidth<HTMLElement>();
  const id = useId();
  const [active, setActive] = useState<number | null>(null);
  const size = { width, height };
  const onMove = useCallback(
    (event: PointerEvent<HTMLElement>): void => {
      const box = event.currentTarget.getBoundingClientRect();
      setActive(points === 0 ? null : pointAt(event.clientX - box.left, event.clientY - box.top, { width, height }));
    },
    [points, pointAt, width, height],
  );
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    const last = points - 1;
    const next: Readonly<Record<string, number | null>> = {
      ArrowRight: Math.min(last, (active ?? -1) + 1),
      ArrowDown: Math.min(last, (active ?? -1) + 1),
      ArrowLeft: Math.max(0, (active ?? last + 1) - 1),
      ArrowUp: Math.max(0, (active ?? last + 1) - 1),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (event.key === "Enter" && active !== null) onChoose?.(active);
    if (!Object.hasOwn(next, event.key) || points === 0) return;
    event.preventDefault();
    setActive(next[event.key] ?? null);
  };
  const shown = active === null || width === 0 ? null : tip(active, size);
  return (
    <div className="relative min-w-0">
      <figure
        ref={ref}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go through its points
        tabIndex={0}
        aria-label={summary}
        aria-describedby={`${id}-help`}
        onPointerMove={onMove}
        onPointerLeave={() => setActive(null)}
        onKeyDown={onKey}
        onBlur={() => setActive(null)}
        onClick={() => active !== null && onChoose?.(active)}
        className={cx("relative overflow-hidden rounded-md", onChoose !== undefined && "cursor-pointer")}
        style={{ height }}
      >
        {width === 0 ? null : (
          <svg role="img" aria-label={summary} width={width} height={height} className="absolute inset-0 text-2xs">
            {draw(size, active)}
          </svg>
        )}
        <span id={`${id}-help`} className="sr-only">
          Arrow keys go through its points. A table with all figures follows.
        </span>
      </figure>
      {shown === null ? null : (
        <div
          role="status"
          className="pointer-events-none absolute z-10 rounded-md border border-line-strong bg-raised px-2.5 py-2 text-xs shadow-pop"
          style={{
            width: TIP_PX,
            left: Math.max(
              0,
              Math.min(width - TIP_PX, shown.x > width - TIP_PX - 16 ? shown.x - TIP_PX - 12 : shown.x + 12),
            ),
            top: shown.y,
          }}
        >
          {shown.content}
        </div>
      )}
      <div className="sr-only">
        <table>
          <caption>{summary}</caption>
          <thead>
            <tr>
              {table.head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.join("|")}>
                {row.map((cell, index) => (
                  <td key={table.head[index] ?? index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
