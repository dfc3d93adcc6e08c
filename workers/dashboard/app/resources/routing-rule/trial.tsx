import type { Row } from "../../lib/json.ts";
import { ReplayPanel } from "../../pages/routing/replay-panel.tsx";
import type { ReplayQuestion } from "../../pages/routing/replayed.ts";
import { useAccess } from "../../session/access.tsx";
import { Card } from "../../ui/card.tsx";
import type { TrialProps } from "../extras.tsx";

/** What a rule needs only to be saved. */
const NEEDLESS = ["name"];
const FIELDS = ["id", "name", "priority", "starts_at", "ends_at", "when", "then"] as const;

/** A rule on past requests, as it stands in its form. One that is switched off is tried as if it were on. */
export default function RuleTrial({ row, values, read, refuse }: TrialProps) {
  const access = useAccess();
  if (!access.may("requests:read") || !access.may("routing:read")) return null;
  const rule = (): ReplayQuestion["rule"] | null => {
    const typed = read(NEEDLESS);
    if (typed === null) return null;
    const whole: Row = { when: {}, ...row, ...typed };
    const kept = FIELDS.flatMap((name) => (whole[name] === undefined ? [] : [[name, whole[name]] as const]));
    return Object.fromEntries(kept) as NonNullable<ReplayQuestion["rule"]>;
  };
  return (
    <Card
      title="What would it have done?"
      description={
        values.enabled === false
          ? "Tried on past requests as it stands here, and as if it were switched on. Nothing is called or saved."
          : "Tried on past requests as it stands here. Nothing is called or saved."
      }
    >
      <ReplayPanel
        button="Try it"
        rule={rule}
        version={JSON.stringify(values)}
        onRefused={(error) => refuse(error, "rule.")}
      />
    </Card>
  );
}
