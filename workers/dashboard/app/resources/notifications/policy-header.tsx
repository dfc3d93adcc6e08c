import { Card } from "../../ui/card.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { useNames } from "../names.ts";
import { ByKind, Ladder } from "./ladder.tsx";
import { DEFAULT_LADDER } from "./recipients.ts";

/** What holds as long as the organisation has no policy of its own. */
export default function PolicyHeader() {
  const names = useNames(["channel", "alert_policy"]);
  if (names.loading) return <LinesSkeleton lines={3} />;
  if (names.rows("alert_policy").some(({ team_id }) => team_id === null)) return null;
  return (
    <Card
      title="What holds now"
      description="There is no policy of the whole organisation: this is how it is told without one."
    >
      <div className="grid gap-x-10 gap-y-4 lg:grid-cols-2">
        <Ladder steps={DEFAULT_LADDER} names={names} />
        <ByKind given={{}} names={names} />
      </div>
    </Card>
  );
}
