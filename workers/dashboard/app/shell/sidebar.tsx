import { useLocation } from "@tanstack/react-router";
import { BookOpen, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { cx } from "../lib/class-names.ts";
import { useAccess } from "../session/access.tsx";
import { IconButton } from "../ui/button.tsx";
import { Link } from "../ui/link.tsx";
import { Brand } from "./brand.tsx";
import { type NavItem, navigation } from "./navigation.ts";

export interface SidebarProps {
  readonly collapsed: boolean;
  /** Null where it is a drawer, which is closed instead. */
  readonly onCollapse: ((collapsed: boolean) => void) | null;
}

export function Sidebar({ collapsed, onCollapse }: SidebarProps) {
  const access = useAccess();
  const { pathname } = useLocation();
  return (
    <nav aria-label="Main" className="flex h-full flex-col">
      <div className={cx("flex h-14 shrink-0 items-center", collapsed ? "justify-center" : "px-4")}>
        <Brand compact={collapsed} />
      </div>
      <div className={cx("min-h-0 flex-1 overflow-y-auto pb-4", collapsed ? "px-2" : "px-2.5")}>
        {navigation(access).map(({ title, items }) => (
          <div key={title ?? ""} className="mb-3">
            {title === null ? null : collapsed ? (
              <div className="mx-2 mb-2 border-t border-line" />
            ) : (
              <p className="px-2 pb-1 text-xs font-medium text-ink-3">{title}</p>
            )}
            <ul aria-label={title ?? undefined}>
              {items.map((item) => (
                <Item key={item.to} item={item} collapsed={collapsed} active={isAt(pathname, item.to)} />
              ))}
            </ul>
          </div>
        ))}
      </div>
      <div
        className={cx(
          "flex shrink-0 items-center border-t border-line p-2",
          collapsed ? "flex-col gap-1" : "justify-between",
        )}
      >
        <a
          href="/docs"
          title={collapsed ? "API reference" : undefined}
          className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-ink-2 hover:bg-hover hover:text-ink"
        >
          <BookOpen size={16} aria-hidden="true" />
          <span className={collapsed ? "sr-only" : undefined}>API reference</span>
        </a>
        {onCollapse === null ? null : (
          <IconButton
            icon={collapsed ? PanelLeftOpen : PanelLeftClose}
            label={collapsed ? "Widen the sidebar" : "Narrow the sidebar"}
            aria-expanded={!collapsed}
            onClick={() => onCollapse(!collapsed)}
          />
        )}
      </div>
    </nav>
  );
}

const isAt = (pathname: string, to: string): boolean =>
  to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);

const Item = ({
  item: { to, text, icon: Icon },
  collapsed,
  active,
}: {
  readonly item: NavItem;
  readonly collapsed: boolean;
  readonly active: boolean;
}) => (
  <li>
    <Link
      to={to}
      title={collapsed ? text : undefined}
      aria-current={active ? "page" : undefined}
      className={cx(
        "flex h-8 items-center gap-2.5 rounded-md text-sm transition-colors",
        collapsed ? "justify-center" : "px-2",
        active ? "bg-accent-soft font-medium text-accent-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
      )}
    >
      <Icon size={16} aria-hidden="true" className="shrink-0" />
      <span className={collapsed ? "sr-only" : "truncate"}>{text}</span>
    </Link>
  </li>
);
