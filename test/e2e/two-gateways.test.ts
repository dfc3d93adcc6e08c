import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import * as z from "zod";
import { bindRuntimeToThisProcess } from "../../scripts/platform/bind-runtime.ts";
import { dataFolder, prepareDataFolder } from "../../scripts/platform/data-folder.ts";
import { builtWorkers } from "../../scripts/platform/platform.ts";
import { runtimeOptions } from "../../scripts/platform/runtime-options.ts";
import { loadSecrets } from "../../scripts/platform/secrets.ts";
import { localVars } from "../../scripts/platform/vars.ts";
import { FRONT_DOOR } from "../../scripts/platform/workers.ts";
import { make, signUp } from "./support/console.ts";

/** Two gateways with memories of their own, as two machines of Cloudflare's would have them, on the same wallets. */

const SECOND = "ao-gateway-2";

let folder: string;
let runtime: Miniflare;
let names: readonly string[];
let url: string;

beforeAll(async () => {
  bindRuntimeToThisProcess();
  folder = await mkdtemp(join(tmpdir(), "ao-test-"));
  await cp(inject("dataTemplate"), folder, { recursive: true });
  const data = dataFolder(folder);
  await prepareDataFolder(data);
  const workers = await builtWorkers();
  const first = workers.find(({ config }) => config.folder === FRONT_DOOR);
  if (first === undefined) throw new Error("there is no gateway");
  const second = { ...first, config: { ...first.config, name: SECOND } };
  const secrets = await loadSecrets(data);
  const settings = {
    host: "127.0.0.1",
    port: 0,
    state: data.state,
    secrets,
    vars: localVars({}),
    onLog: () => undefined,
  };
  runtime = new Miniflare(runtimeOptions([...workers, second], settings));
  url = (await runtime.ready).origin;
  names = [first.config.name, SECOND];
});

afterAll(async () => {
  await runtime.dispose();
  await rm(folder, { recursive: true, force: true });
});

const BODY = JSON.stringify({
  model: "sandbox/dime",
  messages: [{ role: "user", content: "go" }],
  max_tokens: 5_000,
  // Nothing is free again before all have been decided about.
  metadata: { first_byte_ms: "6000" },
});

it("no gateway counts for itself: two of them, two keys and many connections share one budget", async () => {
  const founder = await signUp({ url });
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  // 5,000 tokens for 10 cents, the prompt for nothing: each request holds 10 cents exactly.
  await make(founder, "/v1/prices", {
    provider_id: "sandbox",
    model: "dime",
    upstream_id: "slow",
    rates: { input_usd_per_million: "0", output_usd_per_million: "20" },
    max_output_tokens: 10_000,
  });
  const wallet = await make(founder, "/v1/wallets", { name: "shared", limit_usd: "1", period: "none" });
  const keys: string[] = [];
  for (const name of ["a", "b"]) {
    keys.push(z.string().parse((await make(founder, "/v1/keys", { name, wallet_id: wallet.id })).key));
  }
  const gateways = await Promise.all(names.map((name) => runtime.getWorker(name)));
  const asked = gateways.flatMap((gateway) =>
    keys.flatMap((key) =>
      Array.from({ length: 20 }, async () => {
        const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
        const answer = await gateway.fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body: BODY });
        await answer.text();
        return answer.status;
      }),
    ),
  );
  const statuses = await Promise.all(asked);
  expect(new Set(statuses)).toEqual(new Set([200, 402]));
  expect(statuses.filter((status) => status === 200)).toHaveLength(10);
});
