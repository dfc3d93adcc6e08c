import { useState } from "react";
import { ApiError } from "../../api/api-error.ts";
import { useRefresh } from "../../api/hooks.ts";
import { ifMatch, send } from "../../api/send.ts";
import { label } from "../../lib/format.ts";
import type { Row } from "../../lib/json.ts";
import type { Read } from "../../resources/detail-parts.tsx";
import { useNames } from "../../resources/names.ts";
import { ResourceForm } from "../../resources/resource-form.tsx";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { namedResources, Value } from "../../resources/value.tsx";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { toast } from "../../ui/toast.ts";

/** A part of the organisation's settings with a button of its own; only what was changed in it is sent. */
export function Section({
  id,
  title,
  description,
  resource,
  fields,
  read,
  may,
}: {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly resource: ResourceInfo;
  readonly fields: readonly string[];
  readonly read: Read;
  readonly may: boolean;
}) {
  const refresh = useRefresh();
  const [saved, setSaved] = useState(0);
  const names = useNames(namedResources(resource, fields));
  const { row, etag } = read;
  const part: ResourceInfo = { ...resource, fields: resource.fields.filter(({ name }) => fields.includes(name)) };
  const save = async (values: Row): Promise<void> => {
    if (Object.keys(values).length === 0) {
      toast("Nothing was changed.");
      return;
    }
    try {
      await send("PATCH", `${resource.path}/${String(row.id)}`, { body: values, headers: ifMatch(etag) });
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 412) throw failure;
      const message =
        "Somebody else changed the organisation meanwhile. Load the page again; nothing of yours was saved.";
      throw new ApiError(412, failure.code, message, null, failure.request_id);
    }
    await refresh([resource.path, "/v1/me", "/v1/auth/session", "names"]);
    toast("Saved.");
    setSaved(saved + 1);
  };
  return (
    <section id={id} aria-label={title} className="scroll-mt-20">
      <Card title={title} description={description}>
        {may ? (
          // What was saved is what the form begins with from then on. Another section's saving leaves what is typed here.
          <ResourceForm key={saved} resource={part} row={row} submit="Save" onSend={save} />
        ) : (
          <Facts
            facts={fields
              .filter((name) => name in row)
              .map((name) => [
                label(name),
                <Value key={name} resource={resource} name={name} value={row[name]} names={names} />,
              ])}
          />
        )}
      </Card>
    </section>
  );
}
