import { ApiError } from "../api/api-error.ts";
import { useRefresh } from "../api/hooks.ts";
import { ifMatch, send } from "../api/send.ts";
import type { Row } from "../lib/json.ts";
import { hrefTo } from "../lib/paths.ts";
import { MissingPage } from "../shell/missing-page.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { useNavigate } from "../ui/link.tsx";
import { Page } from "../ui/page.tsx";
import { LinesSkeleton } from "../ui/skeleton.tsx";
import { ErrorState } from "../ui/states.tsx";
import { toast } from "../ui/toast.ts";
import { useResourceRow } from "./detail-parts.tsx";
import { extrasOf } from "./extras.tsx";
import { rowLabel } from "./names.ts";
import { ResourceForm } from "./resource-form.tsx";
import type { ResourceInfo } from "./resource-info.ts";
import { useAddressed } from "./use-resource.ts";

export default function EditPage() {
  const { resource, id } = useAddressed();
  if (resource === null || !resource.can("update")) return <MissingPage />;
  const Own = extrasOf(resource.name).editPage;
  return Own === undefined ? <ResourceEdit key={id} resource={resource} id={id} /> : <Own />;
}

/** Changes one: only what was changed is sent, and only if it is still as it was read. */
export function ResourceEdit({ resource, id }: { readonly resource: ResourceInfo; readonly id: string }) {
  // Read anew, and never under the hands of whoever types.
  const read = useResourceRow(resource, id, { refetchOnWindowFocus: false, staleTime: 0 });
  const navigate = useNavigate();
  const refresh = useRefresh();
  const back = hrefTo([resource.slug, id]);
  const name = read.data === undefined ? id : rowLabel(read.data.row);
  const crumbs = [
    { text: resource.title, to: `/${resource.slug}` },
    { text: name, to: back },
  ];
  if (read.isError) {
    return (
      <Page title={`Edit “${id}”`} crumbs={crumbs}>
        <ErrorState error={read.error} onRetry={() => void read.refetch()} />
      </Page>
    );
  }
  if (read.isPending || !read.isFetchedAfterMount) {
    return (
      <Page title={`Edit ${resource.one}`} crumbs={crumbs} width="form" busy>
        <LinesSkeleton />
      </Page>
    );
  }
  const { row, etag } = read.data;
  const update = async (values: Row): Promise<void> => {
    if (Object.keys(values).length === 0) {
      toast("Nothing was changed.");
      navigate(back);
      return;
    }
    try {
      await send("PATCH", `${resource.path}/${encodeURIComponent(id)}`, { body: values, headers: ifMatch(etag) });
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 412) throw failure;
      const message = "Somebody else changed it while you were editing. Nothing of yours was saved.";
      throw new ApiError(412, failure.code, message, null, failure.request_id);
    }
    await refresh([resource.path, "names"]);
    toast("Saved.");
    navigate(back);
  };
  return (
    <Page title={`Edit “${name}”`} crumbs={crumbs} width={extrasOf(resource.name).wide === true ? "wide" : "form"}>
      <ResourceForm
        // What somebody else changed is loaded into a form of its own.
        key={etag}
        resource={resource}
        row={row}
        submit="Save"
        onSend={update}
        offer={
          <Button size="sm" className="mt-2" onClick={() => void read.refetch()}>
            Load what it is now
          </Button>
        }
        beside={
          <ButtonLink look="quiet" to={back}>
            Cancel
          </ButtonLink>
        }
      />
    </Page>
  );
}
