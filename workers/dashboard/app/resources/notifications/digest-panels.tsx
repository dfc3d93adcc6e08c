import { useApiQuery } from "../../api/hooks.ts";
import { effects } from "../../lib/effects.ts";
import { formatDateTime } from "../../lib/format.ts";
import { textIn, textsIn } from "../../lib/json.ts";
import { Message } from "../../pages/deliveries/message.tsx";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Time } from "../../ui/time.tsx";
import type { Subject } from "../extras.tsx";
import { useNames } from "../names.ts";
import { Recipients } from "./ladder.tsx";
import { nextAt } from "./next-at.ts";

/** When a digest is sent next and to whom, and the last one of the organisation as it was read. */
export default function DigestPanels({ subject: { row, id } }: { readonly subject: Subject }) {
  const names = useNames(["channel"]);
  const sent = useApiQuery("/v1/deliveries", { query: { type: "digest", limit: "50" } as never });
  const zone = textIn(row, "time_zone");
  const next = row.enabled === true ? nextAt(Number(row.hour), zone, effects.now()) : null;
  const last = sent.data?.data.find(({ source_id }) => source_id.startsWith(id));
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Card title="When and to whom">
        <Facts
          facts={[
            [
              "Each day",
              `${String(row.hour).padStart(2, "0")}:00 in ${zone.replaceAll("_", " ")}, about the day before`,
            ],
            ["Next", next === null ? "Switched off" : `${formatDateTime(next)}, your time`],
            ["Recipients", <Recipients key="to" recipients={textsIn(row, "recipients")} names={names} />],
          ]}
        />
      </Card>
      <Card
        title="The last one"
        description={last === undefined ? "What it looks like, once it was sent" : undefined}
        actions={
          last === undefined ? undefined : (
            <span className="text-xs text-ink-3">
              <Time iso={last.created_at} />
            </span>
          )
        }
      >
        {last === undefined ? (
          <p className="text-sm text-ink-2">
            None was sent yet. It tells what was spent the day before beside the day before that, the models that cost
            most, and what is left of each budget.
          </p>
        ) : (
          <Message message={last.message} />
        )}
      </Card>
    </div>
  );
}
