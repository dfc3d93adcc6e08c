import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { queryKey } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { cx } from "../../lib/class-names.ts";
import { effects } from "../../lib/effects.ts";
import { type Row, rowOf, rowsIn, textIn, textsIn } from "../../lib/json.ts";
import { endedWord } from "../../resources/ended.ts";
import { useNames } from "../../resources/names.ts";
import { firstRequest } from "../../resources/shown-once.tsx";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Page } from "../../ui/page.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";

/** More wallets are not asked for their first charge: whoever has them needs no first steps. */
const WALLETS_ASKED = 5;

/** The way from nothing to a first request, as far as it has been gone. */
export default function StartPage() {
  const names = useNames(["wallet", "provider", "key"]);
  const open = (name: string): readonly Row[] =>
    names.rows(name).filter((row) => endedWord(row, effects.now()) === null);
  const wallets = open("wallet");
  const providers = open("provider").filter((row) => row.enabled === true);
  const keys = open("key").filter((row) => textsIn(row, "scopes").includes("inference"));
  const spent = useSpent(keys.map((key) => textIn(key, "wallet_id")));
  if (names.loading) {
    return (
      <Page title="First steps" busy>
        <LinesSkeleton />
      </Page>
    );
  }
  const left = [wallets.length > 0, providers.length > 0, keys.length > 0, spent].filter((done) => !done).length;
  return (
    <Page
      title="First steps"
      width="form"
      description={
        left === 0
          ? "All done. This is how the next app gets its key, too."
          : "From an empty organisation to a first answer."
      }
    >
      <ol className="flex flex-col gap-3">
        <Step
          title="A wallet"
          text="A budget that keys spend from. Every request is held in it before it is sent, and charged exactly."
          done={wallets.length > 0}
        >
          <StepAction name="wallet" done={wallets.length > 0} />
        </Step>
        <Step
          title="A provider"
          text="An upstream account whose models are offered. The kind sandbox needs no account: it runs on a developer's machine and answers with what you said."
          done={providers.length > 0}
        >
          <StepAction name="provider" done={providers.length > 0} />
        </Step>
        <Step
          title="A key"
          text="What an app identifies itself with. It is shown once, when it is made."
          done={keys.length > 0}
        >
          <StepAction name="key" done={keys.length > 0} />
        </Step>
        <Step
          title="A first request"
          text="Any OpenAI client works: give it this address followed by /v1, and the key."
          done={spent}
        >
          <CodeBlock label="With your key in place of ao_…" code={firstRequest("ao_…", modelOf(providers))} />
        </Step>
      </ol>
    </Page>
  );
}

function useSpent(wallet_ids: readonly string[]): boolean {
  const asked = [...new Set(wallet_ids)].slice(0, WALLETS_ASKED);
  const { data = false } = useQuery({
    queryKey: [...queryKey("first-charge"), asked],
    enabled: asked.length > 0,
    queryFn: async ({ signal }) => {
      const ledgers = await Promise.all(
        asked.map((id) =>
          send("GET", `/v1/wallets/${id}/ledger`, { query: { limit: "100" }, signal }).catch(() => null),
        ),
      );
      return ledgers.some((ledger) => rowsIn(rowOf(ledger?.body), "data").some((row) => row.kind === "charge"));
    },
  });
  return data;
}

/** A model that there is. */
function modelOf(providers: readonly Row[]): string {
  const sandbox = providers.find((row) => row.kind === "sandbox");
  const [other] = providers;
  return sandbox === undefined && other !== undefined
    ? `${textIn(other, "id")}/…`
    : `${textIn(sandbox ?? { id: "sandbox" }, "id")}/echo`;
}

function Step({
  title,
  text,
  done,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly done: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li className="flex gap-4 rounded-lg border border-line bg-surface p-4">
      <span
        aria-hidden="true"
        className={cx(
          "mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full border",
          done ? "border-good bg-good text-white" : "border-field",
        )}
      >
        {done ? <Check size={13} strokeWidth={3} /> : null}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div className="flex items-center justify-between gap-2">
          <h2 className="font-semibold">{title}</h2>
          <Badge tone={done ? "good" : "neutral"}>{done ? "Done" : "To do"}</Badge>
        </div>
        <p className="text-sm text-ink-2">{text}</p>
        {children}
      </div>
    </li>
  );
}

function StepAction({ name, done }: { readonly name: string; readonly done: boolean }) {
  const access = useAccess();
  const resource = access.resource(name);
  if (resource === undefined) return null;
  if (!done && !access.may(resource.write))
    return <p className="text-sm text-ink-3">An administrator of your organisation makes it.</p>;
  return (
    <div>
      {done ? (
        <ButtonLink size="sm" to={`/${resource.slug}`}>
          Show {resource.one}s
        </ButtonLink>
      ) : (
        <ButtonLink size="sm" look="primary" to={`/${resource.slug}/new`}>
          Create {resource.one}
        </ButtonLink>
      )}
    </div>
  );
}
