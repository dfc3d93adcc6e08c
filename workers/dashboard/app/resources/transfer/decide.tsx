import { Check, Undo2, X } from "lucide-react";
import { useState } from "react";
import { useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { type Row, rowIn, rowOf, textIn, textOrNull } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import { toast } from "../../ui/toast.ts";
import type { Subject } from "../extras.tsx";
import { type Names, useNames } from "../names.ts";
import { BalancesAfter } from "./balances-after.tsx";
import { ASKED_WITH, MONEY_KINDS, type MoneyKind, moneySentence } from "./money.ts";

/** What is said once it is decided; what it came to is in the answer. */
const SAID: Readonly<Record<string, string>> = {
  done: "Approved: the money has moved.",
  approved: "Approved: the money moves as soon as the wallets answer.",
  rejected: "Rejected.",
  cancelled: "Taken back.",
};

interface DecideProps {
  readonly row: Row;
  readonly kind: MoneyKind;
  readonly names: Names;
  readonly size?: "sm" | "md";
}

type Verdict = "approve" | "reject" | "cancel";

/** Approve and reject, for who may. Nobody approves what they have asked for themselves; they can take it back. */
export function Decide({ row, kind, names, size = "md" }: DecideProps) {
  const access = useAccess();
  const refresh = useRefresh();
  const [open, setOpen] = useState<Verdict | null>(null);
  const own = row.requested_by === access.actor_id;
  if (row.status !== "pending" || kind === "top-ups") return null;
  if (own ? !access.may(ASKED_WITH[kind]) : !access.may("money:approve", givingTeam(row, names))) return null;
  const path = `${MONEY_KINDS[kind].path}/${encodeURIComponent(textIn(row, "id"))}`;
  const sentence = moneySentence(row, names);
  const decided = async (verdict: Verdict, body?: object): Promise<void> => {
    const answer = rowOf((await send("POST", `${path}/${verdict}`, body === undefined ? {} : { body })).body);
    const status = textIn(answer, "status");
    const failure = textIn(rowIn(answer, "failure"), "message");
    toast(status === "failed" ? `Nothing was moved. ${failure}` : (SAID[status] ?? status), failed(status));
    await refresh(["/v1/wallet", "/v1/wallets", "/v1/forecasts", "/v1/overview"]);
  };
  return (
    <>
      {own ? (
        <Button size={size} icon={Undo2} onClick={() => setOpen("cancel")}>
          Take back
        </Button>
      ) : (
        <>
          <Button look="primary" size={size} icon={Check} onClick={() => setOpen("approve")}>
            Approve
          </Button>
          <Button size={size} icon={X} onClick={() => setOpen("reject")}>
            Reject
          </Button>
        </>
      )}
      <ConfirmDialog
        open={open === "approve"}
        onClose={() => setOpen(null)}
        title={`Approve ${sentence}?`}
        verb="Approve"
        details={<BalancesAfter row={row} names={names} />}
        onConfirm={() => decided("approve")}
      >
        {kind === "transfers"
          ? "The money moves at once, if the wallet that gives still has it. It can be moved back by another transfer only."
          : "The balance is changed at once. It can be undone by another adjustment only."}
      </ConfirmDialog>
      <ConfirmDialog
        open={open === "cancel"}
        onClose={() => setOpen(null)}
        title={`Take back ${sentence}?`}
        verb="Take back"
        onConfirm={() => decided("cancel")}
      >
        Nobody can approve it any more, and nothing is moved. It can be asked for anew.
      </ConfirmDialog>
      {open === "reject" ? (
        <RejectDialog
          title={`Reject ${sentence}?`}
          onClose={() => setOpen(null)}
          onReject={(reason) => decided("reject", reason === "" ? {} : { reason })}
        />
      ) : null}
    </>
  );
}

/** Who leads a team decides about what a wallet of that team gives. */
function givingTeam(row: Row, names: Names): string | null {
  const giving = names.rows("wallet").find(({ id }) => id === row.from_wallet_id);
  return giving === undefined ? null : textOrNull(giving, "team_id");
}

const failed = (status: string): "good" | "bad" => (status === "failed" ? "bad" : "good");

function RejectDialog({
  title,
  onClose,
  onReject,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly onReject: (reason: string) => Promise<void>;
}) {
  const [reason, setReason] = useState("");
  const state = useForm(["reason"]);
  const submit = (): void =>
    void state.submit(async () => {
      await onReject(reason.trim());
      onClose();
    });
  return (
    <Dialog open onClose={onClose} title={title} description="Nothing is moved. It can be asked for anew.">
      <Form
        state={state}
        submit="Reject"
        onSubmit={submit}
        beside={
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        }
      >
        <Field label="Why" required={false} error={state.errorOf("reason")} hint="Whoever asked for it can read this.">
          <Textarea rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </Form>
    </Dialog>
  );
}

/** The buttons on the page of one. */
export default function MoneyActions({ subject }: { readonly subject: Subject }) {
  const names = useNames(["wallet"]);
  const { slug } = subject.resource;
  return slug === "transfers" || slug === "adjustments" ? <Decide row={subject.row} kind={slug} names={names} /> : null;
}
