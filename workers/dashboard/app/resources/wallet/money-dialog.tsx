import { useState } from "react";
import { useApiQuery, useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { formatUsd } from "../../lib/amounts.ts";
import { rowOf, textIn, textOrNull } from "../../lib/json.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Input } from "../../ui/input.tsx";
import { Notice } from "../../ui/problem.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import { toast } from "../../ui/toast.ts";
import { amountProblem } from "../transfer/amount.ts";
import { useAttempt } from "../use-attempt.ts";

export type Posting = "top-ups" | "adjustments";

const WORDS: Readonly<Record<Posting, { readonly title: string; readonly verb: string; readonly means: string }>> = {
  "top-ups": {
    title: "Top up",
    verb: "Top up",
    means:
      "Adds to the balance of the running period at once. What is left of it at the end is gone with the rest, unless the wallet carries over.",
  },
  adjustments: {
    title: "Adjust the balance of",
    verb: "Adjust",
    means: "Corrects the balance, up or, with a minus, down. It changes nothing of what was spent.",
  },
};

/** Money into a wallet, or a correction of its balance. */
export function MoneyDialog({
  posting,
  wallet_id,
  name,
  onClose,
}: {
  readonly posting: Posting;
  readonly wallet_id: string;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const state = useForm(["amount_usd", "reason"]);
  const attempt = useAttempt();
  const refresh = useRefresh();
  const { title, verb, means } = WORDS[posting];
  const submit = (): void => {
    const wrong = amountProblem(amount, posting === "adjustments");
    const errors = {
      ...(wrong === null ? {} : { amount_usd: wrong }),
      ...(reason.trim() === "" ? { reason: "Say why: it stands in the audit log." } : {}),
    };
    if (!state.check(errors)) return;
    const body = { amount_usd: amount.trim(), reason: reason.trim() };
    void state.submit(async () => {
      const answer = await send("POST", `/v1/wallets/${encodeURIComponent(wallet_id)}/${posting}`, {
        body,
        headers: attempt(body),
      });
      toast(SAID[textIn(rowOf(answer.body), "status")] ?? "It was asked for.");
      onClose();
      await refresh(["/v1/wallets", "/v1/wallet", "/v1/forecasts", "/v1/overview"]);
    });
  };
  return (
    <Dialog open onClose={onClose} title={`${title} “${name}”`} description={means}>
      <Form
        state={state}
        submit={verb}
        onSubmit={submit}
        beside={
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        }
      >
        {posting === "adjustments" ? <Threshold /> : null}
        <Field label="Amount in US dollars" error={state.errorOf("amount_usd")}>
          <Input
            before="$"
            inputMode="decimal"
            placeholder={posting === "adjustments" ? "-12.50" : "50.00"}
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        </Field>
        <Field label="Reason" error={state.errorOf("reason")} hint="For the audit log, and for whoever decides.">
          <Textarea rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </Form>
    </Dialog>
  );
}

const SAID: Readonly<Record<string, string>> = {
  done: "The balance was changed.",
  pending: "It waits for somebody else to approve it.",
  failed: "It failed, and nothing was changed: see Transfers & requests.",
};

/** From which size on somebody else has to approve. */
function Threshold() {
  const { org, may } = useAccess();
  const { data } = useApiQuery("/v1/orgs/{id}", { path: { id: org.org_id } }, { enabled: may("org:read") });
  if (data === undefined) return null;
  const above = textOrNull(rowOf(data), "adjustment_approval_above_usd");
  return (
    <Notice tone="info">
      {above === null
        ? "Adjustments of any size are made at once in your organisation."
        : `More than ${formatUsd(above)}, up or down, waits until somebody else approves it.`}
    </Notice>
  );
}
