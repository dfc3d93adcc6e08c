import type { ZodType } from "zod";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { upstreamFailure } from "./upstream-failure.ts";

/** What one event does to a fold: where it is then, and what it says. */
export interface FoldStep<State> {
  readonly state: State;
  readonly parts: readonly Part[];
}

/** Folds that name a start, and read nothing more once they are closed. */
interface Folding {
  readonly started: boolean;
  readonly closed: boolean;
}

export const unchanged = <State>(state: State): FoldStep<State> => ({ state, parts: [] });

/** `start` comes before all else, also where the provider sends no event for it or it is lost; an error needs none. */
export function withStart<State extends Folding>(before: State, step: FoldStep<State>): FoldStep<State> {
  if (before.started || step.state.started || step.parts.length === 0 || step.parts[0]?.type === "error") return step;
  const start: Part = { type: "start", id: null, model: null };
  return { state: { ...step.state, started: true }, parts: [start, ...step.parts] };
}

/** The failure of a stream that we state ourselves. Nothing is read after it. */
export const failedFold = <State extends Folding>(
  state: State,
  message = "The provider's stream holds an event that is not valid.",
): FoldStep<State> => ({
  state: { ...state, closed: true },
  parts: [{ type: "error", error: upstreamFailure(message) }],
});

/** An event that we need and cannot read is an error: going on would lose content without a word. */
export function parsedEvent<State extends Folding, Data>(
  state: State,
  schema: ZodType<Data>,
  json: unknown,
  next: (state: State, data: Data) => FoldStep<State>,
): FoldStep<State> {
  const result = schema.safeParse(json);
  return result.success ? next(state, result.data) : failedFold(state);
}
