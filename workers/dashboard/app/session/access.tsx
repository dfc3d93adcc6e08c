import { createContext, type ReactNode, useContext } from "react";
import type { Access } from "./session.ts";

const AccessContext = createContext<Access | null>(null);

export const AccessProvider = ({ access, children }: { readonly access: Access; readonly children: ReactNode }) => (
  <AccessContext value={access}>{children}</AccessContext>
);

/** Who is signed in, in which org, and what they may do there: on every page inside the console. */
export function useAccess(): Access {
  const access = useContext(AccessContext);
  if (access === null) throw new Error("useAccess is for pages inside the console");
  return access;
}
