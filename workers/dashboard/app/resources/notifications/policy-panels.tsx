import { rowIn } from "../../lib/json.ts";
import { Card } from "../../ui/card.tsx";
import type { Subject } from "../extras.tsx";
import { useNames } from "../names.ts";
import { ByKind, Ladder } from "./ladder.tsx";
import { stepsOf } from "./recipients.ts";

/** What a policy says: its ladder, and who is told of everything else. */
export default function PolicyPanels({ subject: { row } }: { readonly subject: Subject }) {
  const names = useNames(["channel"]);
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Card title="Spending" description="At which part of a limit who is told">
        <Ladder steps={stepsOf(row.ladder)} names={names} />
      </Card>
      <Card title="Everything else">
        <ByKind given={rowIn(row, "recipients")} names={names} />
      </Card>
    </div>
  );
}
