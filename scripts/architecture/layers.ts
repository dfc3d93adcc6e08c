/**
 * Who may import whom, as data. A file belongs to the first layer whose pattern fits its path. Beyond the layers: no
 * worker imports another one, nobody imports a worker's entry, and no cycles.
 */
export interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** Names of layers, the layer itself included when its files may import each other. */
  readonly may: readonly string[];
  /** Siblings, told apart by the first group of `files`, may not import each other. */
  readonly siblings?: "apart";
  /** Packages that must not be imported, by the beginning of their name. */
  readonly withoutPackages?: readonly string[];
}

const GATEWAY = "^workers/gateway/";

/** What decides must run anywhere, so it takes what it needs as arguments. */
const PURE = ["hono", "cloudflare:"] as const;

export const LAYERS: readonly Layer[] = [
  { name: "kernel", files: /^schema\/kernel\//, may: ["kernel"], withoutPackages: PURE },
  { name: "schema", files: /^schema\//, may: ["kernel", "schema"], withoutPackages: PURE },

  // Ties its own worker together, so it may import everything in it.
  { name: "worker entry", files: /^workers\/[^/]+\/index\.ts$/, may: [] },

  { name: "gateway env", files: new RegExp(`${GATEWAY}env\\.ts$`), may: ["kernel", "schema"] },
  {
    name: "provider kit",
    files: new RegExp(`${GATEWAY}providers/kit/`),
    may: ["kernel", "schema", "provider kit"],
    withoutPackages: PURE,
  },
  {
    name: "openai provider",
    files: new RegExp(`${GATEWAY}providers/openai/`),
    may: ["kernel", "schema", "provider kit", "openai provider"],
    withoutPackages: PURE,
  },
  {
    name: "anthropic provider",
    files: new RegExp(`${GATEWAY}providers/anthropic/`),
    may: ["kernel", "schema", "provider kit", "anthropic provider"],
    withoutPackages: PURE,
  },
  {
    name: "gemini provider",
    files: new RegExp(`${GATEWAY}providers/gemini/`),
    may: ["kernel", "schema", "provider kit", "gemini provider"],
    withoutPackages: PURE,
  },
  {
    name: "provider",
    files: new RegExp(`${GATEWAY}providers/([^/]+)/`),
    // Many providers speak OpenAI's language and are a table on top of its folder; Google serves
    // Gemini in two places; Converse has the structure of Anthropic's Messages.
    may: ["kernel", "schema", "provider kit", "openai provider", "gemini provider", "anthropic provider", "provider"],
    siblings: "apart",
    withoutPackages: PURE,
  },
  {
    name: "provider registry",
    files: new RegExp(`${GATEWAY}providers/[^/]+\\.ts$`),
    may: [
      "kernel",
      "schema",
      "provider kit",
      "openai provider",
      "gemini provider",
      "anthropic provider",
      "provider",
      "provider registry",
    ],
    withoutPackages: PURE,
  },
  {
    name: "gateway traces",
    files: new RegExp(`${GATEWAY}traces/`),
    may: ["kernel", "schema", "gateway env", "gateway traces"],
    withoutPackages: PURE,
  },
  {
    name: "gateway http",
    files: new RegExp(`${GATEWAY}http/`),
    may: ["kernel", "schema", "gateway env", "gateway traces", "gateway http"],
  },
  {
    name: "gateway store",
    files: new RegExp(`${GATEWAY}(?:stores|wallet)/`),
    may: ["kernel", "schema", "gateway env", "provider kit", "provider registry", "gateway store"],
    withoutPackages: ["hono"],
  },
  {
    name: "dialect",
    files: new RegExp(`${GATEWAY}dialects/`),
    may: ["kernel", "schema", "provider kit", "gateway http", "dialect"],
    withoutPackages: PURE,
  },
  {
    name: "pipeline",
    files: new RegExp(`${GATEWAY}pipeline/`),
    may: [
      "kernel",
      "schema",
      "gateway env",
      "provider kit",
      "provider registry",
      "gateway traces",
      "gateway http",
      "gateway store",
      "dialect",
      "pipeline",
    ],
    withoutPackages: PURE,
  },
  {
    // An object of the gateway worker. Requests reach it by its binding, never by an import.
    name: "gateway monitor",
    files: new RegExp(`${GATEWAY}monitor/`),
    may: [
      "kernel",
      "schema",
      "gateway env",
      "provider kit",
      "provider registry",
      "gateway store",
      "pipeline",
      "gateway monitor",
    ],
    withoutPackages: ["hono"],
  },
  {
    name: "openapi",
    files: new RegExp(`${GATEWAY}openapi/`),
    may: ["kernel", "schema", "gateway http", "openapi"],
    withoutPackages: PURE,
  },
  {
    name: "gateway metrics",
    files: new RegExp(`${GATEWAY}metrics/`),
    may: ["kernel", "schema", "gateway metrics"],
  },
  {
    name: "gateway route",
    files: new RegExp(`${GATEWAY}(?:routes/|[^/]+\\.ts$)`),
    may: [
      "kernel",
      "schema",
      "gateway env",
      "provider kit",
      "provider registry",
      "gateway traces",
      "gateway http",
      "gateway store",
      "dialect",
      "pipeline",
      "openapi",
      "gateway metrics",
      "gateway monitor",
      "gateway route",
    ],
  },
  {
    name: "wallet core",
    files: /^workers\/wallet-do\/core\//,
    may: ["kernel", "schema", "wallet core"],
    withoutPackages: PURE,
  },
  {
    // Runs in browsers: what it knows of the console, it knows over HTTP.
    name: "console pages",
    files: /^workers\/dashboard\/app\//,
    may: ["kernel", "schema", "console pages"],
    withoutPackages: [...PURE, "zod", "drizzle-orm", "better-auth"],
  },
  {
    name: "console",
    files: /^workers\/dashboard\//,
    may: ["kernel", "schema", "console"],
  },
  {
    name: "worker",
    files: /^workers\/([^/]+)\//,
    may: ["kernel", "schema", "wallet core", "worker"],
    siblings: "apart",
  },
  {
    // Runs inside workerd beside the code that it drives.
    name: "bench worker",
    files: /^bench\/workers\//,
    may: ["kernel", "schema", "worker", "script", "bench worker"],
  },
  {
    // Asks what the console asks, in a process of its own.
    name: "bench console",
    files: /^bench\/console\//,
    may: ["kernel", "schema", "console", "script", "bench console"],
  },
  {
    // Replays rules as the gateway does, in the process that measures it.
    name: "bench replay",
    files: /^bench\/rules\/replay\.ts$/,
    may: ["kernel", "schema", "pipeline", "gateway store"],
  },
  {
    // Plays the workers against each other, so it may look at all of them.
    name: "simulation",
    files: /^sim\//,
    may: ["kernel", "schema", "wallet core", "worker", "script", "simulation"],
  },
  {
    // The API's document without a running platform: from the routes, so it looks at both workers that have some.
    name: "api document",
    files: /^scripts\/api\//,
    may: ["kernel", "schema", "gateway route", "console", "script", "api document"],
  },
  {
    // Tells a story with the wallets and the consumer, in a process of its own, on what the simulation runs them on.
    name: "demo",
    files: /^demo\//,
    may: ["kernel", "schema", "wallet core", "worker", "script", "simulation", "demo"],
  },
  // The registry is the one list of the kinds of providers.
  {
    name: "script",
    files: /^(?:scripts|bench|conformance)\//,
    may: ["kernel", "schema", "provider registry", "script", "bench replay"],
  },
];
