import { BookOpen, UserRound } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { textIn, textOrNull } from "../../lib/json.ts";
import { useResourceRow } from "../../resources/detail-parts.tsx";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { useAccess } from "../../session/access.tsx";
import { MissingPage } from "../../shell/missing-page.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Page } from "../../ui/page.tsx";
import { Notice } from "../../ui/problem.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Appearance } from "./appearance.tsx";
import { DangerZone } from "./danger.tsx";
import { EraseTexts } from "./erase-texts.tsx";
import { Section } from "./section.tsx";

/** The parts, in order, by the fields of the organisation that they change. */
const SECTIONS = [
  { id: "general", title: "General", description: "What everybody sees it by", fields: ["name"] },
  {
    id: "regions",
    title: "Regions",
    description: "Which providers may be reached, and from where requests may come",
    fields: ["provider_regions", "caller_countries"],
  },
  {
    id: "retries",
    title: "Retries and deadlines",
    description: "What the gateway does where a provider fails and that may pass",
    fields: ["retries", "retry_deadline_ms"],
  },
  {
    id: "texts",
    title: "Prompts and answers",
    description: "Whether their texts are stored with the request log, sealed, and for how long",
    fields: ["store_texts", "text_retention_days"],
  },
  {
    id: "approval",
    title: "Four eyes",
    description: "From which amount on corrections of wallets need a second person. For owners",
    fields: ["adjustment_approval_above_usd"],
  },
  {
    id: "audit-webhook",
    title: "Audit webhook",
    description: "Where the signed head of the audit log is sent once a day, so that it cannot be taken back",
    fields: ["audit_webhook_url", "audit_webhook_secret"],
  },
] as const;

/** The organisation's settings, how the pages look, and what is for developers. */
export default function SettingsPage() {
  const access = useAccess();
  const resource = access.resource("org");
  return resource === undefined ? <MissingPage /> : <Settings resource={resource} />;
}

function Settings({ resource }: { readonly resource: ResourceInfo }) {
  const access = useAccess();
  const id = access.org.org_id;
  // Never under the hands of whoever types.
  const read = useResourceRow(resource, id, { refetchOnWindowFocus: false });
  const may = access.may(resource.write);
  const title = "Organisation";
  // The part that the address names is there once the organisation is read, which is later than the browser looks for it.
  useEffect(() => {
    if (read.isSuccess) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [read.isSuccess]);
  if (read.isError) {
    return (
      <Page title={title}>
        <ErrorState error={read.error} onRetry={() => void read.refetch()} />
      </Page>
    );
  }
  if (read.isPending) {
    return (
      <Page title={title} busy>
        <LinesSkeleton lines={10} />
      </Page>
    );
  }
  const { row } = read.data;
  const known = new Set(resource.fields.map(({ name }) => name));
  const shown = SECTIONS.map((section) => ({ ...section, fields: section.fields.filter((name) => known.has(name)) }));
  return (
    <Page
      title={title}
      beside={row.demo === true ? <Badge tone="info">Demo</Badge> : undefined}
      actions={
        <>
          {access.account.by_key ? null : (
            <ButtonLink icon={UserRound} to="/account">
              Your account
            </ButtonLink>
          )}
          <ButtonLink icon={BookOpen} to="/docs">
            API reference
          </ButtonLink>
        </>
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-[11rem_minmax(0,44rem)]">
        <Contents owner={access.may("org:own")} />
        <div className="flex min-w-0 flex-col gap-5">
          {may ? null : <Notice>Owners and admins change these. You may look at them.</Notice>}
          <Card title={textIn(row, "name")}>
            <Facts
              facts={[
                ["ID", <Copied key="id" text={id} label="Copy the ID" />],
                ["Base URL of the API", <Copied key="url" text={`${location.origin}/v1`} label="Copy the base URL" />],
                ["Data is kept", textOrNull(row, "data_jurisdiction") === "eu" ? "In the EU" : "Anywhere"],
                ["Created", <Time key="at" iso={textIn(row, "created_at")} exact />],
              ]}
            />
          </Card>
          {shown.map((section) => (
            <Section key={section.id} {...section} resource={resource} read={read.data} may={may} />
          ))}
          {access.may("texts:erase") ? <EraseTexts /> : null}
          <Appearance />
          {access.may("org:own") ? <DangerZone id={id} name={textIn(row, "name")} /> : null}
        </div>
      </div>
    </Page>
  );
}

/** The parts of the page, to jump to. */
const Contents = ({ owner }: { readonly owner: boolean }) => (
  <nav aria-label="Parts of this page" className="sticky top-20 flex flex-col gap-0.5 text-sm max-lg:hidden">
    {SECTIONS.map(({ id, title }) => (
      <Jump key={id} to={id}>
        {title}
      </Jump>
    ))}
    <Jump to="appearance">Appearance</Jump>
    {owner ? <Jump to="danger">Danger zone</Jump> : null}
  </nav>
);

const Jump = ({ to, children }: { readonly to: string; readonly children: ReactNode }) => (
  <a href={`#${to}`} className="rounded-md px-2 py-1 text-ink-2 hover:bg-hover hover:text-ink">
    {children}
  </a>
);

const Copied = ({ text, label }: { readonly text: string; readonly label: string }) => (
  <span className="inline-flex items-center gap-1">
    <code className="font-mono text-xs wrap-anywhere">{text}</code>
    <CopyButton text={text} label={label} />
  </span>
);
