import * as z from "zod";
import { CAPABILITIES, type Capability, type Subject } from "./kit.ts";

const modelsShape = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      owned_by: z.string(),
      capabilities: z.array(z.string()),
      price: z.record(z.string(), z.string()).nullable(),
    }),
  ),
  providers: z.record(
    z.string(),
    z.looseObject({ kind: z.string(), features: z.record(z.string(), z.union([z.literal(true), z.string()])) }),
  ),
});

export interface Deployment {
  readonly url: string;
  readonly key: string;
}

/**
 * What can be tried of a deployment with this key: a subject for each provider, with the cheapest model for each
 * capability, or the model that is named. Throws with a sentence when the deployment does not answer as one.
 */
export async function subjectsOf(deployment: Deployment, only: readonly string[]): Promise<readonly NamedSubject[]> {
  const { url, key } = deployment;
  const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  const body = await response.json();
  if (!response.ok) throw new Error(`GET /v1/models answered ${response.status}: ${JSON.stringify(body)}`);
  const { data, providers } = modelsShape.parse(body);
  const wanted = data.filter(({ id, price }) => price !== null && (only.length === 0 || only.includes(id)));
  const missing = only.filter((name) => !wanted.some(({ id }) => id === name));
  if (missing.length > 0) throw new Error(`The key can use no model ${missing.join(", ")} that has a price.`);
  return Object.entries(providers).flatMap(([provider, { kind, features }]): readonly NamedSubject[] => {
    const own = wanted.filter(({ owned_by }) => owned_by === provider);
    const stand_in = standIn(provider, own);
    if (stand_in !== null && only.length === 0) {
      return [{ provider, kind, subject: { url, key, models: stand_in, features, predictable: true } }];
    }
    const models: Partial<Record<Capability, string>> = {};
    for (const capability of CAPABILITIES) {
      const able = own.filter(({ capabilities }) => capabilities.includes(capability));
      const cheapest = able.toSorted((a, b) => costOf(a.price) - costOf(b.price))[0];
      if (cheapest !== undefined) models[capability] = cheapest.id;
    }
    return Object.keys(models).length === 0
      ? []
      : [{ provider, kind, subject: { url, key, models, features, predictable: false } }];
  });
}

/** What the sandbox's models are good for, whatever dialect it speaks. */
const STAND_IN = {
  chat: "echo",
  vision: "echo",
  json_schema: "tools",
  tools: "tools",
  reasoning: "think",
  embeddings: "embed",
  rerank: "rerank",
} as const satisfies Record<Capability, string>;

/** The sandbox's models, when that is what is behind the provider; null for any other. */
export function standIn(
  provider: string,
  own: readonly { readonly id: string }[],
): Readonly<Partial<Record<Capability, string>>> | null {
  const ids = new Set(own.map(({ id }) => id));
  const named = (model: string): string => `${provider}/${model}`;
  if (!["echo", "tools", "think"].every((model) => ids.has(named(model)))) return null;
  return Object.fromEntries(
    CAPABILITIES.map((capability) => [capability, named(STAND_IN[capability])]).filter(([, id]) => ids.has(id ?? "")),
  );
}

export interface NamedSubject {
  readonly provider: string;
  readonly kind: string;
  readonly subject: Subject;
}

/** To compare models by; the real arithmetic is the deployment's. */
const costOf = (price: Readonly<Record<string, string>> | null): number =>
  Object.values(price ?? {}).reduce((sum, rate) => sum + Number(rate), 0);
