import { effects } from "../lib/effects.ts";
import type { Row } from "../lib/json.ts";
import { MissingPage } from "../shell/missing-page.tsx";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { Page } from "../ui/page.tsx";
import { UnreadPage } from "../ui/unread-page.tsx";
import { EditLink, factsOf, RemoveButton, useResourceRow } from "./detail-parts.tsx";
import { endedWord } from "./ended.ts";
import { extrasOf, type Subject } from "./extras.tsx";
import { type Names, rowLabel, useNames } from "./names.ts";
import type { ResourceInfo } from "./resource-info.ts";
import { useAddressed } from "./use-resource.ts";
import { namedResources } from "./value.tsx";

export default function DetailPage() {
  const { resource, id } = useAddressed();
  if (resource === null) return <MissingPage />;
  const Own = extrasOf(resource.name).detailPage;
  return Own === undefined ? <ResourceDetail key={id} resource={resource} id={id} /> : <Own />;
}

/** One thing: what it is, and what can be done with it. */
export function ResourceDetail({ resource, id }: { readonly resource: ResourceInfo; readonly id: string }) {
  const read = useResourceRow(resource, id);
  const names = useNames(
    namedResources(
      resource,
      resource.fields.map(({ name }) => name),
    ),
  );
  const crumbs = [{ text: resource.title, to: `/${resource.slug}` }];
  if (read.isError || read.isPending || names.loading)
    return <UnreadPage title={id} pending={resource.one} crumbs={crumbs} query={read} />;
  const { row, etag } = read.data;
  const ended = endedWord(row, effects.now());
  const subject: Subject = { resource, row, id, etag, names, ended, label: labelOf(resource, row, names) };
  const { panels: Panels, actions: Actions, breaks, hides = [] } = extrasOf(resource.name);
  return (
    <Page
      title={subject.label}
      crumbs={crumbs}
      beside={<States row={row} ended={ended} />}
      actions={
        <>
          {Actions === undefined ? null : <Actions subject={subject} />}
          <EditLink subject={subject} />
          <RemoveButton subject={subject} breaks={breaks} />
        </>
      }
    >
      {Panels === undefined ? null : <Panels subject={subject} />}
      <Card title="Details">
        <Facts facts={factsOf(subject, hides)} />
      </Card>
    </Page>
  );
}

export const States = ({ row, ended }: { readonly row: Row; readonly ended: string | null }) => (
  <>
    {ended === null ? null : <Badge>{ended}</Badge>}
    {row.frozen === true && ended === null ? <Badge tone="bad">Frozen</Badge> : null}
    {row.enabled === false && ended === null ? <Badge tone="warn">Disabled</Badge> : null}
  </>
);

/** Things without a name are called by what they tie together. */
export function labelOf(resource: ResourceInfo, row: Row, names: Names): string {
  if ([row.name, row.email, row.model].some((name) => typeof name === "string")) return rowLabel(row);
  const parts = resource.fields
    .filter(({ kind, name }) => kind === "reference" && typeof row[name] === "string")
    .map(({ resource: of, name }) => names.label(of, String(row[name])));
  return parts.length === 0 ? rowLabel(row) : parts.join("from_wallet_id" in row ? " → " : " · ");
}
