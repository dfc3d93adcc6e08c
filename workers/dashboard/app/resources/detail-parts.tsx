import { useQuery } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { type ComponentType, Suspense, useState } from "react";
import type { ApiError } from "../api/api-error.ts";
import { queryKey, useRefresh } from "../api/hooks.ts";
import { ifMatch, send } from "../api/send.ts";
import { label } from "../lib/format.ts";
import { type Row, rowOf } from "../lib/json.ts";
import { hrefTo } from "../lib/paths.ts";
import { useAccess } from "../session/access.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { useNavigate } from "../ui/link.tsx";
import { toast } from "../ui/toast.ts";
import type { Subject } from "./extras.tsx";
import { asksForName, removalOf } from "./removal.ts";
import { fieldOf, type ResourceInfo } from "./resource-info.ts";
import { Value } from "./value.tsx";

/** Parts of the page of one thing, for pages of their own, too. */

export interface Read {
  readonly row: Row;
  readonly etag: string | null;
}

/** One thing of a resource, with the tag that a change of it is made with. */
export const useResourceRow = (
  resource: ResourceInfo,
  id: string,
  options: { readonly refetchOnWindowFocus?: boolean; readonly staleTime?: number } = {},
) =>
  useQuery<Read, ApiError>({
    ...options,
    queryKey: queryKey(`${resource.path}/${id}`),
    queryFn: async ({ signal }) => {
      const { body, etag } = await send("GET", `${resource.path}/${encodeURIComponent(id)}`, { signal });
      return { row: rowOf(body), etag };
    },
  });

export function factsOf({ resource, row, names }: Subject, hides: readonly string[]) {
  const all = [...new Set(["id", ...resource.fields.map(({ name }) => name), ...Object.keys(row)])];
  return (
    all
      .filter((name) => name in row && name !== "version" && !hides.includes(name))
      // Of somebody's ID and name the name is shown, under the word for what they did.
      .filter((name) => !(`${name}_name` in row))
      .map((name) => {
        const value = <Value key={name} resource={resource} name={name} value={row[name]} names={names} />;
        if (name !== "id" || fieldOf(resource, name) !== undefined)
          return [label(name.replace(/_by_name$/, "_by")), value] as const;
        return [
          "ID",
          <span key="id" className="-my-1.5 inline-flex items-center gap-1">
            {value}
            <CopyButton text={String(row.id)} label="Copy the ID" />
          </span>,
        ] as const;
      })
  );
}

export function EditLink({ subject: { resource, id, ended } }: { readonly subject: Subject }) {
  const access = useAccess();
  if (!resource.can("update") || !access.may(resource.write) || ended !== null) return null;
  return (
    <ButtonLink icon={Pencil} to={hrefTo([resource.slug, id, "edit"])}>
      Edit
    </ButtonLink>
  );
}

/** Revokes, archives or deletes, after asking. */
export function RemoveButton({
  subject,
  breaks: Breaks,
}: {
  readonly subject: Subject;
  /** What removing it breaks. */
  readonly breaks?: ComponentType<{ readonly subject: Subject }> | undefined;
}) {
  const { resource, id, etag, ended, label: name } = subject;
  const access = useAccess();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [asking, ask] = useState(false);
  if (!resource.can("delete") || !access.may(resource.write) || ended !== null) return null;
  const { verb, done, means } = removalOf(resource.name);
  const remove = async (): Promise<void> => {
    await send("DELETE", `${resource.path}/${encodeURIComponent(id)}`, { headers: ifMatch(etag) });
    toast(`“${name}” was ${done}.`);
    navigate(`/${resource.slug}`);
    await refresh([resource.path, "names"]);
  };
  return (
    <>
      <Button icon={Trash2} className="text-bad-ink" onClick={() => ask(true)}>
        {verb}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => ask(false)}
        title={`${verb} the ${resource.one} “${name}”?`}
        verb={verb}
        danger
        typed={asksForName(resource.name) ? name : undefined}
        onConfirm={remove}
      >
        {means}
        {Breaks === undefined || !asking ? null : (
          <Suspense>
            <Breaks subject={subject} />
          </Suspense>
        )}
      </ConfirmDialog>
    </>
  );
}
