import { ArrowLeftRight, BookOpen, ChevronsUpDown, KeyRound, LogOut, Plus, UserRound } from "lucide-react";
import { apiErrorOf } from "../api/api-error.ts";
import { chooseOrg, signInByKey } from "../api/credentials.ts";
import { send } from "../api/send.ts";
import { useAccess } from "../session/access.tsx";
import type { MenuItem } from "../ui/menu.tsx";
import { toast } from "../ui/toast.ts";
import { LazyMenu } from "./lazy-menu.tsx";

/** In which organisation one is, and the way to another one. */
export function OrgMenu() {
  const { account, org } = useAccess();
  const others = account.orgs.filter(({ org_id }) => org_id !== org.org_id);
  const items: readonly MenuItem[] = [
    ...others.map(
      ({ org_id, name }): MenuItem => ({
        text: `Switch to ${name}`,
        icon: ArrowLeftRight,
        onSelect: () => enterOrg(org_id),
      }),
    ),
    ...(others.length > 0 ? [{ kind: "separator" } as const] : []),
    { text: "Another organisation", icon: Plus, to: "/new-organisation" },
  ];
  return (
    <LazyMenu
      align="start"
      items={account.by_key ? [{ kind: "heading", text: "A key belongs to one organisation." }] : items}
      button={{
        "aria-label": `Organisation: ${org.name}`,
        className: "flex h-8 min-w-0 items-center gap-2 rounded-md px-1.5 text-sm font-medium hover:bg-hover",
        children: (
          <>
            <span
              data-initial={org.name.charAt(0).toUpperCase()}
              className="flex size-5 shrink-0 items-center justify-center rounded-sm bg-accent-soft text-2xs font-semibold text-accent-ink before:content-[attr(data-initial)]"
            />
            <span className="max-w-44 truncate">{org.name}</span>
            <ChevronsUpDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
          </>
        ),
      }}
    />
  );
}

export function AccountMenu() {
  const { account, role } = useAccess();
  const items: readonly MenuItem[] = [
    { kind: "heading", text: account.by_key ? `Signed in with the key “${account.name}”` : account.name },
    ...(role === null ? [] : [{ kind: "heading", text: `Role: ${role}` } as const]),
    { kind: "separator" },
    ...(account.by_key ? [] : [{ text: "Your account", icon: UserRound, to: "/account" }]),
    { text: "First steps", icon: KeyRound, to: "/start" },
    { text: "API reference", icon: BookOpen, to: "/docs" },
    { kind: "separator" },
    { text: "Sign out", icon: LogOut, onSelect: () => void signOut(account.by_key) },
  ];
  return (
    <LazyMenu
      items={items}
      button={{
        "aria-label": `Account: ${account.name}`,
        className:
          "flex size-8 shrink-0 items-center justify-center rounded-full bg-sunken text-xs font-semibold text-ink-2 hover:text-ink",
        children: account.by_key ? <KeyRound size={15} aria-hidden="true" /> : account.name.charAt(0).toUpperCase(),
      }}
    />
  );
}

/** All that was read was the other org's: the pages begin anew. */
export function enterOrg(org_id: string): void {
  chooseOrg(org_id);
  location.assign("/");
}

async function signOut(by_key: boolean): Promise<void> {
  try {
    if (by_key) signInByKey(null);
    else await send("POST", "/v1/auth/sign-out");
  } catch (failure) {
    const error = apiErrorOf(failure);
    // Whoever is signed out already has what they wanted.
    if (error.status !== 401) {
      toast(error.message, "bad");
      return;
    }
  }
  location.assign("/sign-in");
}
