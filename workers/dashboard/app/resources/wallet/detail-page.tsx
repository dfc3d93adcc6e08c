import { ArrowLeftRight, MoreHorizontal, Plus, Scale, ShieldCheck, Snowflake, Sun } from "lucide-react";
import { useCallback, useState } from "react";
import { apiErrorOf } from "../../api/api-error.ts";
import { useRefresh } from "../../api/hooks.ts";
import { type LiveEvent, useLive } from "../../api/live.ts";
import { ifMatch, send } from "../../api/send.ts";
import { effects } from "../../lib/effects.ts";
import { type Row, rowOf, textIn, textOrNull, textsIn } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { MissingPage } from "../../shell/missing-page.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { toast } from "../../ui/toast.ts";
import { UnreadPage } from "../../ui/unread-page.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { EditLink, factsOf, RemoveButton, useResourceRow } from "../detail-parts.tsx";
import { endedWord } from "../ended.ts";
import type { Subject } from "../extras.tsx";
import { useNames } from "../names.ts";
import { RATE_NAMES, scopesOf } from "../rate-limits/rate-limits.ts";
import { RateLimitsCard } from "../rate-limits/rate-limits-card.tsx";
import { TransferDialog } from "../transfer/transfer-dialog.tsx";
import { useAddressed } from "../use-resource.ts";
import { namedResources } from "../value.tsx";
import { Figures } from "./figures.tsx";
import { KeysOfWallet } from "./keys-of-wallet.tsx";
import { Ledger } from "./ledger.tsx";
import { MoneyDialog, type Posting } from "./money-dialog.tsx";
import { SpendOfWallet } from "./spend-of-wallet.tsx";
import { StandingBadge } from "./standing.tsx";
import { WalletsBelow } from "./wallets-below.tsx";

const FIGURES = [
  "spent_usd",
  "held_usd",
  "leased_usd",
  "transferring_usd",
  "ended",
  "available_usd",
  "balance_usd",
  "overdraft_used_usd",
  "open_holds",
  "unavailable",
];

/** A wallet: what is left of it, where its money went, and what can be done with it. */
export default function WalletPage() {
  const { resource, id } = useAddressed();
  return resource === null ? <MissingPage /> : <WalletDetail key={id} id={id} resource={resource} />;
}

function WalletDetail({ id, resource }: { readonly id: string; readonly resource: Subject["resource"] }) {
  const url = useUrlState();
  const read = useResourceRow(resource, id);
  const names = useNames([
    "wallet",
    ...namedResources(
      resource,
      resource.fields.map(({ name }) => name),
    ),
  ]);
  const [live, setLive] = useState<Row>({});
  const state = useLive(
    `/v1/wallets/${encodeURIComponent(id)}/live`,
    useCallback(
      ({ event, data }: LiveEvent) => {
        if (event === "wallet" && data.wallet_id === id) setLive(data);
      },
      [id],
    ),
  );
  const crumbs = [{ text: resource.title, to: "/wallets" }];
  if (read.isError || read.isPending || names.loading)
    return <UnreadPage title={id} pending="Wallet" crumbs={crumbs} query={read} />;
  const { row, etag } = read.data;
  // What was pushed is newer than what was read, of the figures alone.
  const now: Row = { ...row, ...Object.fromEntries(Object.entries(live).filter(([name]) => FIGURES.includes(name))) };
  const ended = endedWord(row, effects.now());
  const subject: Subject = { resource, row, id, etag, names, ended, label: textIn(row, "name") };
  return (
    <Page
      title={subject.label}
      crumbs={[...crumbs, ...above(names.rows("wallet"), row)]}
      beside={<StandingBadge standing={standingIn(now, ended)} />}
      actions={<Actions subject={subject} />}
    >
      <Figures row={now} id={id} live={state === "open"} />
      <Tabs
        label="Parts of the wallet"
        value={url.get("tab") ?? "overview"}
        onChange={(tab) => url.set({ tab: tab === "overview" ? null : tab })}
        tabs={[
          {
            value: "overview",
            label: "Spending",
            content: (
              <div className="flex flex-col gap-4">
                <SpendOfWallet id={id} wallets={names.rows("wallet")} />
                <div className="grid items-start gap-4 xl:grid-cols-2">
                  <WalletsBelow id={id} wallets={names.rows("wallet")} subject={subject} />
                  <KeysOfWallet id={id} ended={ended !== null} />
                </div>
              </div>
            ),
          },
          { value: "ledger", label: "Ledger", content: <Ledger wallet_id={id} shards={Number(row.shards ?? 1)} /> },
          {
            value: "settings",
            label: "Settings",
            content: (
              <div className="flex flex-col gap-4">
                <RateLimitsCard scopes={scopesOf("wallet", row, names.rows("wallet"))} names={names} />
                <Card>
                  <Facts facts={factsOf(subject, [...FIGURES, ...RATE_NAMES])} />
                </Card>
              </div>
            ),
          },
        ]}
      />
    </Page>
  );
}

function standingIn(row: Row, ended: string | null): string {
  if (ended !== null) return "archived";
  if (row.unavailable === true) return "unavailable";
  if (row.frozen === true) return "frozen";
  if (row.ended === true) return "ended";
  const nothing = (name: string): boolean => /^0(?:\.0+)?$/.test(textIn(row, name));
  return nothing("available_usd") && nothing("held_usd") && nothing("leased_usd") ? "exhausted" : "ok";
}

/** The wallets above it, the topmost first. */
function above(wallets: readonly Row[], row: Row) {
  const crumbs: { text: string; to: string }[] = [];
  let parent = textOrNull(row, "parent_id");
  while (parent !== null && crumbs.length < 20) {
    const id: string = parent;
    const found = wallets.find((wallet) => wallet.id === id);
    if (found === undefined) break;
    crumbs.unshift({ text: textIn(found, "name"), to: `/wallets/${encodeURIComponent(id)}` });
    parent = textOrNull(found, "parent_id");
  }
  return crumbs;
}

function Actions({ subject }: { readonly subject: Subject }) {
  const { resource, row, id, etag, label: name, ended } = subject;
  const access = useAccess();
  const refresh = useRefresh();
  const url = useUrlState();
  const limited = textOrNull(row, "limit_usd") !== null;
  const may = (permission: string): boolean => access.may(permission) && ended === null;
  const offered = {
    transfer: may("money:request") && limited,
    "top-ups": may("money:post") && limited,
    adjustments: may("money:post") && limited,
  };
  // A link may lead straight to what is to be done here.
  const asked = (Object.keys(offered) as (keyof typeof offered)[]).find((name) => name === url.get("do"));
  const [open, setOpen] = useState<Posting | "transfer" | "freeze" | null>(
    asked !== undefined && offered[asked] ? asked : null,
  );
  const close = (): void => {
    setOpen(null);
    if (asked !== undefined) url.set({ do: null });
  };
  const [books, setBooks] = useState<readonly string[] | null>(null);
  const frozen = row.frozen === true;
  const freeze = async (): Promise<void> => {
    await send("PATCH", `${resource.path}/${encodeURIComponent(id)}`, {
      body: { frozen: !frozen },
      headers: ifMatch(etag),
    });
    toast(frozen ? `“${name}” is not frozen any more.` : `“${name}” is frozen: it refuses everything.`);
    await refresh([resource.path, "/v1/forecasts", "/v1/overview", "names"]);
  };
  const check = async (): Promise<void> => {
    try {
      const { body } = await send("POST", `/v1/wallets/${encodeURIComponent(id)}/audit`);
      const problems = textsIn(rowOf(body), "problems");
      setBooks(problems);
      if (problems.length === 0) toast("The books are right: ledger, balance, holds and events agree.");
    } catch (error) {
      toast(apiErrorOf(error).message, "bad");
    }
  };
  const more: MenuItem[] = [
    ...(offered.adjustments
      ? [{ text: "Adjust the balance", icon: Scale, onSelect: () => setOpen("adjustments") } as const]
      : []),
    { text: "Check the books", icon: ShieldCheck, onSelect: () => void check() },
  ];
  return (
    <>
      {offered.transfer ? (
        <Button icon={ArrowLeftRight} onClick={() => setOpen("transfer")}>
          Request money
        </Button>
      ) : null}
      {offered["top-ups"] ? (
        <Button icon={Plus} onClick={() => setOpen("top-ups")}>
          Top up
        </Button>
      ) : null}
      {may(resource.write) ? (
        <Button icon={frozen ? Sun : Snowflake} onClick={() => setOpen("freeze")}>
          {frozen ? "Unfreeze" : "Freeze"}
        </Button>
      ) : null}
      <EditLink subject={subject} />
      <RemoveButton subject={subject} />
      <Menu trigger={<IconButton icon={MoreHorizontal} label="More" look="secondary" />} items={more} />
      {books === null || books.length === 0 ? null : (
        <Problem message="The books are not right.">
          <ul className="list-disc pl-5">
            {books.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Problem>
      )}
      {open === "top-ups" || open === "adjustments" ? (
        <MoneyDialog posting={open} wallet_id={id} name={name} onClose={close} />
      ) : null}
      {open === "transfer" ? <TransferDialog to={id} from={textOrNull(row, "parent_id")} onClose={close} /> : null}
      <ConfirmDialog
        open={open === "freeze"}
        onClose={() => setOpen(null)}
        title={frozen ? `Unfreeze the wallet “${name}”?` : `Freeze the wallet “${name}”?`}
        verb={frozen ? "Unfreeze" : "Freeze"}
        danger={!frozen}
        onConfirm={freeze}
      >
        {frozen
          ? "Requests with its keys, and with those of wallets below it, are taken again as far as there is money."
          : "Every new request with its keys, and with those of wallets below it, is refused within seconds. What is running runs to its end. You can unfreeze it at any time."}
      </ConfirmDialog>
    </>
  );
}
