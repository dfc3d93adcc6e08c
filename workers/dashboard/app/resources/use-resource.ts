import { useParams } from "@tanstack/react-router";
import { useAccess } from "../session/access.tsx";
import type { ResourceInfo } from "./resource-info.ts";

/** The resource that the address names, and the id in it. Null where there is none, or it may not be read. */
export function useAddressed(): { readonly resource: ResourceInfo | null; readonly id: string } {
  const params = useParams({ strict: false });
  const access = useAccess();
  const resource = access.resources.find(({ slug }) => slug === params.resource);
  return { resource: resource ?? null, id: params.id ?? "" };
}
