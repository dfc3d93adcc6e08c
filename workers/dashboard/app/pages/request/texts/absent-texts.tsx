import { rowOf } from "../../../lib/json.ts";
import { hrefTo } from "../../../lib/paths.ts";
import { useResourceRow } from "../../../resources/detail-parts.tsx";
import type { ResourceInfo } from "../../../resources/resource-info.ts";
import { useAccess } from "../../../session/access.tsx";
import { Link } from "../../../ui/link.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import type { LoggedRequest } from "../timeline.ts";

/** Why there is nothing to read, and what can be done about it. */
export function AbsentTexts({ id, state }: { readonly id: string; readonly state: LoggedRequest["texts"] }) {
  const access = useAccess();
  const org = access.resource("org");
  if (state === "expired" || state === "erased") {
    const words =
      state === "expired"
        ? "Its texts were stored, and the time that the organisation keeps them for is over: they were deleted."
        : "Its texts were stored, and somebody erased them.";
    return (
      <p className="text-sm text-ink-2">
        {words}{" "}
        {state === "erased" && access.may("audit:read") ? (
          <Link to={hrefTo(["audit"], { target_id: id })} className="link">
            What the audit log says of it
          </Link>
        ) : null}
      </p>
    );
  }
  return org === undefined || !access.may(org.read) ? <Never /> : <NeverOf org={org} />;
}

function NeverOf({ org }: { readonly org: ResourceInfo }) {
  const access = useAccess();
  const read = useResourceRow(org, access.org.org_id);
  if (read.isPending) return <Skeleton className="h-5 w-80" />;
  if (rowOf(read.data?.row).store_texts === true) return <Never />;
  const where = (
    <Link to="/settings#texts" className="link">
      Organisation, Prompts and answers
    </Link>
  );
  return (
    <p className="text-sm text-ink-2">
      The organisation does not store what is asked and answered.{" "}
      {access.may(org.write) ? <>Switch it on at {where}: it holds for requests from then on.</> : <>See {where}.</>}
    </p>
  );
}

/** It is stored in general, or that is not known. */
const Never = () => (
  <p className="text-sm text-ink-2">
    No texts of this request are stored. Where the organisation stores them, they are here some seconds after the
    answer, unless the request was made before that was switched on, or its key, its header x-ao-store or its body ruled
    it out.
  </p>
);
