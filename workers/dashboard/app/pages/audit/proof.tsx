import { BadgeCheck, FileKey, ShieldAlert, ShieldCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type ApiError, apiErrorOf } from "../../api/api-error.ts";
import { useApiQuery } from "../../api/hooks.ts";
import { useApiMutation } from "../../api/mutation.ts";
import type { AnswerOf } from "../../api/types.ts";
import { count, formatNumber } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { saveFile } from "../../lib/save-file.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Link } from "../../ui/link.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { Spinner } from "../../ui/spinner.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";

type Verification = AnswerOf<"/v1/audit/verify", "post">;
type Head = AnswerOf<"/v1/audit/head", "get">;

/** Whether the log is still what was written: the daily check, a check now, and a receipt to keep elsewhere. */
export function Proof() {
  const access = useAccess();
  const head = useApiQuery("/v1/audit/head");
  const [result, setResult] = useState<Verification | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const verify = useApiMutation("post", "/v1/audit/verify", { invalidates: ["/v1/audit/head"] });
  if (head.isPending) return <LinesSkeleton lines={2} />;
  if (head.isError) return <ErrorState error={head.error} onRetry={() => void head.refetch()} />;
  const { receipt, public_key } = head.data;
  const run = (): void => {
    setProblem(null);
    setResult(null);
    verify.mutateAsync({}).then(setResult, (failure: unknown) => setProblem(apiErrorOf(failure)));
  };
  const save = (): void => {
    saveFile(
      "audit-receipt.json",
      new Blob([JSON.stringify({ receipt, public_key }, null, 2)], { type: "application/json" }),
    );
    toast("audit-receipt.json was saved. Keep it outside of this platform.");
  };
  return (
    <Card
      title="Integrity"
      description="Each entry holds the hash of the one before it, and is signed. A receipt that you keep elsewhere cannot be taken back."
      actions={
        <>
          {receipt === null ? null : (
            <Button size="sm" icon={FileKey} onClick={save}>
              Save receipt
            </Button>
          )}
          {access.may("audit:verify") ? (
            <Button size="sm" icon={ShieldCheck} busy={verify.isPending} onClick={run}>
              Verify now
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        <div role="status" className="flex flex-col gap-2">
          {verify.isPending ? (
            <Line icon={<Spinner />}>
              Hashes and signatures of {receipt === null ? "the log" : count(receipt.seq, "entry", "entries")} are
              computed anew…
            </Line>
          ) : problem !== null ? (
            <ErrorState title="The log was not verified" error={problem} onRetry={run} />
          ) : result !== null ? (
            <Verdict result={result} />
          ) : (
            <LastCheck head={head.data} />
          )}
        </div>
        <div className="flex flex-wrap items-center gap-x-1 text-xs text-ink-3">
          Public key
          <code className="min-w-0 truncate font-mono text-ink-2">{public_key}</code>
          <CopyButton text={public_key} label="Copy the public key" />
          <span>Verifies an export without the platform: take it once, and keep it.</span>
        </div>
        <Anchor head={head.data} />
      </div>
    </Card>
  );
}

const Line = ({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) => (
  <p className="flex items-start gap-2">
    <span className="mt-0.5 shrink-0">{icon}</span>
    <span className="min-w-0">{children}</span>
  </p>
);

const GOOD = <BadgeCheck size={16} aria-hidden="true" className="text-good-ink" />;
const BAD = <ShieldAlert size={16} aria-hidden="true" className="text-bad-ink" />;

function LastCheck({ head: { last_check } }: { readonly head: Head }) {
  if (last_check === null) {
    return (
      <Line icon={<ShieldCheck size={16} aria-hidden="true" className="text-ink-3" />}>
        The daily check has not run yet.
      </Line>
    );
  }
  return (
    <Line icon={last_check.ok ? GOOD : BAD}>
      {last_check.ok
        ? `The daily check found ${count(last_check.entries, "entry", "entries")} whole`
        : "The daily check found that the log was changed from outside"}
      , <Time iso={last_check.checked_at} />.{last_check.ok ? null : " Verify it to see which entries."}
    </Line>
  );
}

function Verdict({ result }: { readonly result: Verification }) {
  if (result.ok) {
    return (
      <Line icon={GOOD}>
        <strong className="font-semibold">The chain is whole.</strong> {count(result.entries, "entry", "entries")}:
        nothing was changed, removed, moved or inserted, and the last one is the one on record.
      </Line>
    );
  }
  return (
    <>
      <Line icon={BAD}>
        <strong className="font-semibold">The log was changed from outside.</strong>{" "}
        {count(result.problems.length, "problem", "problems")} in {count(result.entries, "entry", "entries")}. Export
        the log and keep it as it is; what to do stands in the documentation under “When the chain is broken”.
      </Line>
      <ul className="flex flex-col gap-1 pl-6">
        {result.problems.map(({ kind, seq, problem }) => (
          <li key={`${kind}-${seq}`} className="text-bad-ink">
            <span className="figure">Entry {formatNumber(seq)}</span>: {problem}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Whether the head of the chain reaches the place that the organisation chose for it. */
function Anchor({ head: { last_check } }: { readonly head: Head }) {
  const access = useAccess();
  if (last_check === null) return null;
  const { anchored_seq, anchored_at, anchor_error } = last_check;
  const settings = hrefTo(["settings"]);
  return (
    <p className="text-xs text-ink-3">
      {anchor_error !== null ? (
        <span className="text-bad-ink">The webhook did not take the last receipt: {anchor_error}. </span>
      ) : anchored_at === null ? (
        "No webhook has taken a receipt yet. "
      ) : (
        <>
          The webhook took the receipt of entry {formatNumber(anchored_seq)} <Time iso={anchored_at} />.{" "}
        </>
      )}
      {access.may("org:update") ? (
        <Link to={settings} className="link">
          Set the webhook
        </Link>
      ) : null}
    </p>
  );
}
