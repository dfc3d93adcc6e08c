import { assign } from "../../../../schema/experiments/assign.ts";
import type { CompiledExperiment } from "../../../../schema/experiments/experiment.ts";
import type { Variant } from "../../../../schema/experiments/variants.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { RequestFacts } from "../../../../schema/routing/facts.ts";
import type { RoutingRecord } from "../../../../schema/routing/routing-record.ts";
import { lackOf, planFor, type RouteInput } from "../routing/candidate.ts";
import { unsettable } from "./apply-parameters.ts";

export interface Enrolled {
  readonly variant: Variant;
  readonly experiment: NonNullable<RoutingRecord["experiment"]>;
}

export interface Enrolment {
  /** Null: it takes part in none. */
  readonly enrolled: Enrolled | null;
  readonly not_in: NonNullable<RoutingRecord["not_in_experiments"]>;
}

/** Told with the request, so that it is explained by itself. */
const LISTED_MAX = 20;

/**
 * The experiment that a request takes part in, and its variant: the first whose conditions hold for the model that routing
 * has decided on, and of which **every** variant could serve it. Were only its own variant asked, each would be measured on
 * other requests than the rest, and the comparison would be of requests and not of variants.
 */
export function enroll(model: string, input: RouteInput): Enrolment {
  const { snapshot, facts, request_id } = input;
  const not_in: { experiment_id: string; failed: string }[] = [];
  if (snapshot.experiments.length === 0) return { enrolled: null, not_in };
  const decided = factsWith(facts, nameOf(model, input));
  for (const experiment of snapshot.experiments) {
    const failed = experiment.applies(decided) ?? lackOfAny(experiment, input);
    if (failed !== null) {
      if (not_in.length < LISTED_MAX) not_in.push({ experiment_id: experiment.id, failed });
      continue;
    }
    const { variant, moved } = assign(experiment, facts, request_id);
    return {
      enrolled: {
        variant,
        experiment: {
          id: experiment.id,
          name: experiment.name,
          run: experiment.run,
          variant: variant.name,
          ...(experiment.status === "promoted" ? { promoted: true } : {}),
          ...(moved ? { moved: true } : {}),
        },
      },
      not_in,
    };
  }
  return { enrolled: null, not_in };
}

/** The model as conditions know it, `provider/model`; what nobody has stays as the caller wrote it. */
function nameOf(model: string, input: RouteInput): string {
  const planned = planFor(model, input);
  return isRefused(planned) ? model : planned.plan.attempts[0].name;
}

/** The same facts, made when they are asked for, of another model. */
const factsWith = (facts: RequestFacts, model: string): RequestFacts =>
  Object.create(facts, { model: { value: model, enumerable: true } });

/** The first variant that could not serve the request, and why. Of a promoted experiment there is only the winner. */
function lackOfAny({ status, promoted_variant, variants }: CompiledExperiment, input: RouteInput): string | null {
  const needed = status === "promoted" ? variants.filter(({ name }) => name === promoted_variant) : variants;
  for (const variant of needed) {
    const lack = lackOfVariant(variant, input);
    if (lack !== null) return `${variant.name}: ${lack}`;
  }
  return null;
}

function lackOfVariant({ model, parameters }: Variant, input: RouteInput): string | null {
  const { facts } = input;
  const parameter = parameters === undefined ? null : unsettable(facts.dialect, parameters);
  if (parameter !== null) return `no ${parameter} in ${facts.dialect}`;
  if (model === undefined) return null;
  const planned = planFor(model, input);
  return isRefused(planned) ? planned.refused.code : lackOf(planned.plan.attempts[0], facts);
}
