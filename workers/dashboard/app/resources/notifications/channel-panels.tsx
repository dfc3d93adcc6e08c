import { CircleCheck, CircleX, Send } from "lucide-react";
import { useApiMutation } from "../../api/mutation.ts";
import { capital, formatDuration } from "../../lib/format.ts";
import { DeliveriesCard } from "../../pages/deliveries/deliveries-card.tsx";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Problem } from "../../ui/problem.tsx";
import type { Subject } from "../extras.tsx";

/** A channel is tried here: one message, and what its receiver said. Below it what was sent lately. */
export default function ChannelPanels({ subject: { id, resource } }: { readonly subject: Subject }) {
  const access = useAccess();
  const test = useApiMutation("post", "/v1/channels/{id}/test");
  const { data: result } = test;
  return (
    <>
      {access.may(resource.write) ? (
        <Card
          title="Try it"
          description="Sends one message now and shows what the receiver answers. By e-mail it goes to the channel's addresses, or to you."
          actions={
            <Button
              size="sm"
              icon={Send}
              busy={test.isPending}
              onClick={() => test.mutate({ parameters: { path: { id } } })}
            >
              Test
            </Button>
          }
        >
          <div role="status" className="flex flex-col gap-2 text-sm">
            {test.isPending ? (
              <p className="text-ink-3">Sending a message…</p>
            ) : test.isError ? (
              <Problem message={test.error.message} />
            ) : result === undefined ? (
              <p className="text-ink-3">Not tried since you came here.</p>
            ) : result.ok ? (
              <p className="flex items-center gap-2">
                <CircleCheck size={16} aria-hidden="true" className="text-good-ink" />
                It was taken in {formatDuration(result.latency_ms)}.
              </p>
            ) : (
              <>
                <p className="flex items-start gap-2 text-bad-ink">
                  <CircleX size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
                  {capital(`it was not taken: ${result.problem ?? "nothing answered"}.`)}
                </p>
                {result.answer === "" ? null : <CodeBlock label="What it answered" code={result.answer} />}
              </>
            )}
          </div>
        </Card>
      ) : null}
      <DeliveriesCard
        title="What it sent lately"
        filter={{ channel_id: id }}
        empty="Nothing was sent by it yet: it sends what a policy or a digest names it for."
      />
    </>
  );
}
