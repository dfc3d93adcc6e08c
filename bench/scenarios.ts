import type { Scenario, Target } from "./measure/target.ts";
import type { Gateway } from "./rig/gateway.ts";
import type { Pace } from "./rig/paces.ts";
import type { Workerd } from "./rig/workerd.ts";

/** The three servers of a run. */
export interface Servers {
  readonly upstream_port: number;
  readonly bare: Workerd;
  readonly gateway: Gateway;
}

const PATH = "/v1/chat/completions";
const MAX_TOKENS = 1_000;
/** A prompt of an ordinary length. */
const MESSAGES = [
  { role: "system", content: "You are a support agent of a bicycle shop. Answer in one short paragraph, kindly." },
  {
    role: "user",
    content:
      "My rear wheel makes a clicking noise whenever I pedal hard uphill, about once per turn of the crank. It began last week after a ride in the rain. What should I look at first, and can I fix it myself?",
  },
];

interface Form {
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage: boolean };
}

const bodyOf = (model: string, form: Form): string => JSON.stringify({ model, messages: MESSAGES, ...form });

/** The targets of one form of request. What the callers of the upstream and the bare Worker send is the same. */
export function targetsOf(servers: Servers) {
  const { upstream_port, bare, gateway } = servers;
  const common = { status: 200, headers: {}, authorizations: ["Bearer none"] };
  const open = (name: string, workerd: Workerd | null, port: number) => (pace: Pace, form: Form) => ({
    name,
    workerd,
    job: { ...common, port, path: `/${pace}${PATH}`, body: bodyOf("gpt-4o-mini", form), stream: form.stream === true },
  });
  return {
    direct: open("direct", null, upstream_port),
    bare: open("bare Worker", bare, bare.port),
    gateway: (name: string, model: string, form: Form, more: Partial<Target["job"]> = {}): Target => ({
      name,
      workerd: gateway,
      job: {
        ...common,
        port: gateway.port,
        path: PATH,
        authorizations: gateway.keys.apps.slice(0, 1).map(bearer),
        body: bodyOf(model, form),
        stream: form.stream === true,
        ...more,
      },
    }),
  };
}

const bearer = (key: string): string => `Bearer ${key}`;

const WHOLE: Form = { max_tokens: MAX_TOKENS };
const STREAM: Form = { ...WHOLE, stream: true };
const OPEN_STREAM: Form = { stream: true };
const STREAM_WITH_USAGE: Form = { ...STREAM, stream_options: { include_usage: true } };
const ANTHROPIC_MODEL = "claude-haiku-4-5";

export function wholeScenario(servers: Servers, concurrencies: readonly number[]): Scenario {
  const { direct, bare, gateway } = targetsOf(servers);
  const authorizations = servers.gateway.keys.apps.map(bearer);
  return {
    name: "whole",
    title: "Whole answers of 1 KB",
    targets: [
      direct("fast", WHOLE),
      bare("fast", WHOLE),
      gateway("gateway, 1 wallet", "fast/gpt-4o-mini", WHOLE),
      gateway(`gateway, ${authorizations.length} wallets`, "fast/gpt-4o-mini", WHOLE, { authorizations }),
    ],
    base: "bare Worker",
    concurrencies,
  };
}

export function streamScenario(servers: Servers, concurrencies: readonly number[]): Scenario {
  const { direct, bare, gateway } = targetsOf(servers);
  return {
    name: "stream",
    title: "Streams of 100 events, as fast as they pass",
    targets: [
      direct("fast", STREAM_WITH_USAGE),
      bare("fast", STREAM_WITH_USAGE),
      gateway("gateway, max_tokens", "fast/gpt-4o-mini", STREAM),
      gateway("gateway, no max_tokens", "fast/gpt-4o-mini", OPEN_STREAM),
      gateway("gateway, include_usage", "fast/gpt-4o-mini", STREAM_WITH_USAGE),
      gateway("gateway, translated", `fast-anthropic/${ANTHROPIC_MODEL}`, STREAM),
    ],
    base: "bare Worker",
    concurrencies,
  };
}

export function pacedScenario(servers: Servers, concurrencies: readonly number[]): Scenario {
  const { direct, bare, gateway } = targetsOf(servers);
  return {
    name: "paced",
    title: "Streams of 100 events, one every 5 ms",
    targets: [
      direct("paced", STREAM),
      bare("paced", STREAM),
      gateway("gateway, max_tokens", "paced/gpt-4o-mini", STREAM),
      gateway("gateway, translated", `paced-anthropic/${ANTHROPIC_MODEL}`, STREAM),
    ],
    base: "bare Worker",
    concurrencies,
  };
}

/** Requests that end one step later each: what lies between two rows is what the step costs. */
export function stepsScenario(servers: Servers, concurrencies: readonly number[]): Scenario {
  const { direct, bare, gateway } = targetsOf(servers);
  const { keys } = servers.gateway;
  const model = "fast/gpt-4o-mini";
  return {
    name: "steps",
    title: "Whole answers, ended early one step after the other",
    targets: [
      direct("fast", WHOLE),
      bare("fast", WHOLE),
      gateway("1 router, malformed key: 401", model, WHOLE, { status: 401, authorizations: ["Bearer none"] }),
      gateway("2 + key hash and look-up, then a body that is no JSON: 400", model, WHOLE, { status: 400, body: "{" }),
      gateway("3 + body, schema, snapshot, plan: 403 by the key's models", model, WHOLE, {
        status: 403,
        authorizations: [bearer(keys.restricted)],
      }),
      gateway("4 + estimate, translation, wallet asked, refused: 403 frozen", model, WHOLE, {
        status: 403,
        authorizations: [bearer(keys.frozen)],
      }),
      gateway("5 + hold stored, provider called, relayed, settled: 200", model, WHOLE),
    ],
    base: "bare Worker",
    concurrencies,
  };
}

/** Streams that stay open for seconds. */
export function memoryTargets(servers: Servers): readonly Target[] {
  const { bare, gateway } = targetsOf(servers);
  return [bare("slow", STREAM), gateway("gateway, max_tokens", "slow/gpt-4o-mini", STREAM)];
}
