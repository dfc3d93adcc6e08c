import {
  Activity,
  BellRing,
  Boxes,
  ChartColumn,
  CircleDollarSign,
  DatabaseZap,
  FileClock,
  FlaskConical,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Mail,
  Megaphone,
  Network,
  Receipt,
  Route,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  Siren,
  SlidersHorizontal,
  Split,
  UserPlus,
  Users,
  Wallet,
} from "lucide-react";
import { PAGES } from "../pages.ts";
import type { Access } from "../session/session.ts";

export interface NavItem {
  readonly to: string;
  readonly text: string;
  readonly icon: LucideIcon;
}

export interface NavGroup {
  readonly title: string | null;
  readonly items: readonly NavItem[];
}

/** Where everything is. What is not built, or may not be seen, is not shown. */
const GROUPS: readonly NavGroup[] = [
  { title: null, items: [{ to: "/", text: "Overview", icon: LayoutDashboard }] },
  {
    title: "Spend",
    items: [
      { to: "/costs", text: "Cost explorer", icon: ChartColumn },
      { to: "/wallets", text: "Wallets", icon: Wallet },
      { to: "/transfers", text: "Transfers & requests", icon: CircleDollarSign },
      { to: "/chargeback", text: "Chargeback", icon: Split },
      { to: "/bills", text: "Bills", icon: Receipt },
    ],
  },
  {
    title: "Traffic",
    items: [
      { to: "/requests", text: "Requests", icon: Activity },
      { to: "/providers", text: "Providers", icon: Server },
      { to: "/models", text: "Models & prices", icon: Boxes },
      { to: "/routing", text: "Routing", icon: Route },
      { to: "/experiments", text: "Experiments", icon: FlaskConical },
      { to: "/cache", text: "Cache", icon: DatabaseZap },
    ],
  },
  {
    title: "Governance",
    items: [
      { to: "/keys", text: "Keys", icon: KeyRound },
      { to: "/teams", text: "Teams", icon: Network },
      { to: "/members", text: "Members", icon: Users },
      { to: "/invitations", text: "Invitations", icon: UserPlus },
      { to: "/roles", text: "Roles", icon: ShieldCheck },
      { to: "/audit", text: "Audit", icon: ScrollText },
    ],
  },
  {
    title: "Alerts",
    items: [
      { to: "/alerts", text: "Alerts", icon: BellRing },
      { to: "/alert-policies", text: "Policies", icon: Siren },
      { to: "/channels", text: "Channels", icon: Megaphone },
      { to: "/digests", text: "Digests", icon: Mail },
      { to: "/deliveries", text: "Deliveries", icon: FileClock },
    ],
  },
  {
    title: "Settings",
    items: [
      { to: "/settings", text: "Organisation", icon: Settings },
      { to: "/account", text: "Your account", icon: SlidersHorizontal },
    ],
  },
];

export function navigation(access: Access): readonly NavGroup[] {
  return GROUPS.map(({ title, items }) => ({ title, items: items.filter(({ to }) => offered(access, to)) })).filter(
    ({ items }) => items.length > 0,
  );
}

function offered(access: Access, to: string): boolean {
  // A key is nobody with an account.
  if (to === "/account") return !access.account.by_key;
  const page = PAGES.find(({ path }) => path === to);
  const resource = access.resources.find(({ slug }) => `/${slug}` === to);
  const permission = page?.permission ?? resource?.read;
  if (page === undefined && (resource === undefined || !resource.can("list"))) return false;
  return permission === undefined || access.may(permission);
}
