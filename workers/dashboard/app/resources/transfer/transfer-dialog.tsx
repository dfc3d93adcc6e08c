import { useState } from "react";
import { useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { textIn, textOrNull } from "../../lib/json.ts";
import { Button } from "../../ui/button.tsx";
import { Combobox } from "../../ui/combobox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import { toast } from "../../ui/toast.ts";
import { useNames } from "../names.ts";
import { useAttempt } from "../use-attempt.ts";
import { amountProblem } from "./amount.ts";

/** Asks for money: from one wallet to another, once somebody else has approved it. */
export function TransferDialog({
  from: first_from = null,
  to: first_to = null,
  onClose,
}: {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly onClose: () => void;
}) {
  const names = useNames(["wallet"]);
  const refresh = useRefresh();
  const attempt = useAttempt();
  const [from, setFrom] = useState(first_from ?? "");
  const [to, setTo] = useState(first_to ?? "");
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const state = useForm(["from_wallet_id", "to_wallet_id", "amount_usd", "reason"]);
  // Money that has no limit cannot be moved.
  const options = names
    .rows("wallet")
    .filter((row) => textOrNull(row, "archived_at") === null && textOrNull(row, "limit_usd") !== null)
    .map((row) => ({ value: textIn(row, "id"), label: textIn(row, "name") }));
  const submit = (): void => {
    const wrong = amountProblem(amount);
    const errors = {
      ...(from === "" ? { from_wallet_id: "Choose the wallet that gives." } : {}),
      ...(to === "" ? { to_wallet_id: "Choose the wallet that takes." } : {}),
      ...(to !== "" && to === from ? { to_wallet_id: "Choose another one than the wallet that gives." } : {}),
      ...(wrong === null ? {} : { amount_usd: wrong }),
      ...(reason.trim() === "" ? { reason: "Say what it is for: somebody has to decide by it." } : {}),
    };
    if (!state.check(errors)) return;
    const body = { from_wallet_id: from, to_wallet_id: to, amount_usd: amount.trim(), reason: reason.trim() };
    void state.submit(async () => {
      await send("POST", "/v1/wallet/transfers", { body, headers: attempt(body) });
      toast("It was asked for, and waits for somebody else to approve it.");
      onClose();
      await refresh(["/v1/wallet", "/v1/overview"]);
    });
  };
  return (
    <Dialog
      open
      width="md"
      onClose={onClose}
      title="Request money"
      description="It moves from one wallet to the other as soon as somebody else approves it, within 48 hours. Nothing is reserved until then."
    >
      <Form
        state={state}
        submit="Request it"
        onSubmit={submit}
        beside={
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="From" error={state.errorOf("from_wallet_id")}>
            <Combobox value={from} onChange={setFrom} options={options} placeholder="The wallet that gives" />
          </Field>
          <Field label="To" error={state.errorOf("to_wallet_id")}>
            <Combobox value={to} onChange={setTo} options={options} placeholder="The wallet that takes" />
          </Field>
        </div>
        <Field label="Amount in US dollars" error={state.errorOf("amount_usd")}>
          <Input
            before="$"
            inputMode="decimal"
            placeholder="25.00"
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        </Field>
        <Field label="What for" error={state.errorOf("reason")} hint="Whoever decides reads this first.">
          <Textarea rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </Form>
    </Dialog>
  );
}
