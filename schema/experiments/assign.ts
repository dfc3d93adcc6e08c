import type { RequestFacts } from "../routing/facts.ts";
import { chooseByWeight } from "../routing/split.ts";
import type { Experiment } from "./experiment.ts";
import { type Variant, weightOf } from "./variants.ts";

export interface Assignment {
  readonly variant: Variant;
  /** It is served by the control in the place of a variant that was stopped: no fair comparison is made of it. */
  readonly moved: boolean;
}

/**
 * The variant of a request: always the same for the same subject, whatever the order of the variants. When percentages
 * change, of two variants exactly those move that must.
 */
export function assign(experiment: Experiment, facts: RequestFacts, request_id: string): Assignment {
  const { variants, stopped } = experiment;
  const [control, ...others] = variants;
  if (experiment.status === "promoted") {
    const winner = variants.find(({ name }) => name === experiment.promoted_variant);
    return { variant: winner ?? control, moved: false };
  }
  const { variant } = chooseByWeight([weighted(control), ...others.map(weighted)], {
    key: experiment.id,
    subject: subjectOf(experiment, facts, request_id),
    nameOf: ({ variant: { name } }) => name,
  });
  const moved = variant !== control && stopped.some((one) => one.variant === variant.name);
  return moved ? { variant: control, moved } : { variant, moved };
}

const weighted = (variant: Variant) => ({ variant, weight: weightOf(variant) });

/** Who always gets the same. A request that does not say its session is told by its subject, and without one by its key. */
function subjectOf({ sticky_by }: Experiment, facts: RequestFacts, request_id: string): string {
  switch (sticky_by) {
    case "request":
      return request_id;
    case "key":
      return facts.key;
    case "session":
      return facts.session ?? facts.subject ?? facts.key;
    case "subject":
      return facts.subject ?? facts.key;
  }
}
