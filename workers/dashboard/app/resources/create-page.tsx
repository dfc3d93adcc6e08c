import { type ReactNode, useRef, useState } from "react";
import { useRefresh } from "../api/hooks.ts";
import { send } from "../api/send.ts";
import { effects } from "../lib/effects.ts";
import { article } from "../lib/format.ts";
import { type Row, rowOf, textIn, textOrNull } from "../lib/json.ts";
import { hrefTo } from "../lib/paths.ts";
import { useAccess } from "../session/access.tsx";
import { MissingPage } from "../shell/missing-page.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { useNavigate } from "../ui/link.tsx";
import { Page } from "../ui/page.tsx";
import { Notice } from "../ui/problem.tsx";
import { Prose } from "../ui/prose.tsx";
import { toast } from "../ui/toast.ts";
import { useUrlState } from "../ui/url-state.ts";
import { extrasOf } from "./extras.tsx";
import { ResourceForm } from "./resource-form.tsx";
import type { ResourceInfo } from "./resource-info.ts";
import { ShownOnce } from "./shown-once.tsx";
import { useAddressed } from "./use-resource.ts";

export default function CreatePage() {
  const { resource } = useAddressed();
  if (resource === null || !resource.can("create")) return <MissingPage />;
  const Own = extrasOf(resource.name).createPage;
  return Own === undefined ? <ResourceCreate key={resource.name} resource={resource} /> : <Own />;
}

/** A new one. Fields may be given in the address: `/keys/new?wallet_id=wal_…`. */
export function ResourceCreate({ resource }: { readonly resource: ResourceInfo }) {
  const access = useAccess();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const { all: preset } = useUrlState();
  const [once, setOnce] = useState<{ readonly node: ReactNode; readonly to: string } | null>(null);
  // The same once more, after an answer that was lost, makes nothing twice.
  const attempt = useRef({ body: "", key: "" });

  const create = async (values: Row): Promise<void> => {
    const body = JSON.stringify(values);
    if (attempt.current.body !== body) attempt.current = { body, key: effects.newId("request") };
    const { body: answer } = await send("POST", resource.path, {
      body: values,
      headers: { "idempotency-key": attempt.current.key },
    });
    const made = rowOf(answer);
    const to = hrefTo([resource.slug, textIn(made, "id")]);
    await refresh([resource.path, "names"]);
    const node = extrasOf(resource.name).created?.(made) ?? shownOnce(made);
    if (node !== null) setOnce({ node, to });
    else {
      toast(`The ${resource.one} was created.`);
      navigate(to);
    }
  };

  return (
    <Page
      width={extrasOf(resource.name).wide === true ? "wide" : "form"}
      title={`Create ${article(resource.one)}`}
      crumbs={[{ text: resource.title, to: `/${resource.slug}` }]}
      description={<Prose text={resource.description} />}
    >
      {access.may(resource.write) ? null : (
        <Notice tone="warn">You may not create {article(resource.one)} here: your role does not allow it.</Notice>
      )}
      <ResourceForm
        resource={resource}
        row={null}
        preset={preset}
        submit={`Create ${resource.one}`}
        onSend={create}
        beside={
          <ButtonLink look="quiet" to={`/${resource.slug}`}>
            Cancel
          </ButtonLink>
        }
      />
      {once === null ? null : <ShownOnce onDone={() => navigate(once.to)}>{once.node}</ShownOnce>}
    </Page>
  );
}

/** A key or an invitation is in the answer to its making alone. */
function shownOnce(made: Row): ReactNode {
  const [key, token] = [textOrNull(made, "key"), textOrNull(made, "token")];
  if (key !== null) return <ShownOnce.Key value={key} />;
  if (token !== null) return <ShownOnce.Invitation email={textIn(made, "email")} token={token} />;
  return null;
}
