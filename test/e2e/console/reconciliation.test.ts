import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { byKey, codeOf, expectStatus, type Founder, make, messageOf, rowsOf, signUp } from "../support/console.ts";
import { eventually } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

/** A provider's bill, made up of what really was charged, beside our count. */

let platform: TestPlatform;
let founder: Founder;
let stranger: Founder;
let spent: ReadonlyMap<string, bigint>;
const today = () => new Date().toISOString().slice(0, 10);

const MODELS = ["sandbox/echo", "sandbox/lorem", "sandbox/error-500"] as const;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  [founder, stranger] = [await signUp(platform), await signUp(platform)];
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  const key = await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id });
  const by = byKey(platform, z.string().parse(key.key));
  for (const model of MODELS.flatMap((name) => [name, name, name])) {
    await by.call("POST", "/v1/chat/completions", {
      model,
      max_tokens: 40,
      messages: [{ role: "user", content: "Hello" }],
    });
  }
  const rows = await eventually(
    async () => rowsOf(await founder.call("GET", "/v1/requests")),
    (found) => found.length === 9,
  );
  spent = new Map(
    MODELS.slice(0, 2).map((model) => [
      model.slice("sandbox/".length),
      rows.filter((row) => row.model === model).reduce((sum, row) => sum + nano(row.cost_usd), 0n),
    ]),
  );
}, 120_000);
afterAll(() => platform.dispose());

const nano = (usd: unknown): bigint => BigInt(z.string().parse(usd).replace(".", ""));
const usd = (value: bigint): string => `${value / 10n ** 9n}.${String(value % 10n ** 9n).padStart(9, "0")}`;

/** The bill, every model's cost times `percent`. */
const bill = (percent: bigint, note = ""): string =>
  `date,model,cost_usd,note\n${[...spent].map(([model, cost]) => `${today()},${model},${usd((cost * percent) / 100n)},${note}\n`).join("")}`;

const compare = (csv: string, more: object = {}) =>
  founder.call("POST", "/v1/reconciliations", { provider_id: "sandbox", csv, ...more });

describe("a provider's bill", () => {
  it("that is ours to the nano-dollar has no drift; failed requests are on nobody's bill", async () => {
    const answer = await compare(bill(100n));
    expectStatus(answer, 201);
    expect([...spent.values()].every((cost) => cost > 0n)).toBe(true);
    expect(answer.body).toMatchObject({ format: "generic", drift_percent: "0.00", alarm: false, alarm_models: [] });
    const models = z.array(z.object({ model: z.string(), finding: z.string() })).parse(answer.body.models);
    expect(models.map(({ model, finding }) => [model, finding]).sort()).toEqual([
      ["echo", "equal"],
      ["lorem", "equal"],
    ]);
  });

  it("that is larger by more than the threshold is an alarm, and in the audit log", async () => {
    const answer = await compare(bill(110n), { threshold_percent: 5 });
    expectStatus(answer, 201);
    expect(answer.body).toMatchObject({ alarm: true, threshold_percent: "5.00" });
    expect(Number(answer.body.drift_percent)).toBeCloseTo(-9.09, 1);
    expect(z.array(z.string()).parse(answer.body.alarm_models).toSorted()).toEqual(["echo", "lorem"]);
    const entries = rowsOf(await founder.call("GET", "/v1/audit?action=reconciliation.alarm"));
    expect(entries).toMatchObject([{ details: { reconciliation_id: answer.body.id, threshold_percent: "5.00" } }]);
    expectStatus(await compare(bill(110n, "x"), { threshold_percent: 20 }), 201);
  });

  it("that is an alarm is an alert, once for all who compare the same file within minutes", async () => {
    const csv = bill(150n);
    const ids = [await compare(csv), await compare(csv)].map(({ body }) => body.id);
    const sound = await compare(bill(100n, "sound"));
    const alerts = rowsOf(await founder.call("GET", "/v1/alerts?kind=bill&sort=at")).filter(
      ({ details }) => z.looseObject({ reconciliation_id: z.string() }).parse(details).reconciliation_id === ids[0],
    );
    expect(new Set(ids).size).toBe(1);
    expect(alerts).toMatchObject([
      {
        object_type: "provider",
        object_id: "sandbox",
        swallowed_by: null,
        details: { drift_percent: "-33.33", threshold_percent: "1.00", models_in_all: 2 },
      },
      { swallowed_by: alerts[0]?.id },
    ]);
    expect(sound.body.alarm).toBe(false);
    expect(JSON.stringify(rowsOf(await founder.call("GET", "/v1/alerts")))).not.toContain(sound.body.id);
  });

  it("that comes again is compared anew under its id", async () => {
    const [first, again] = [await compare(bill(102n)), await compare(bill(102n), { threshold_percent: 3 })];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.id).toBe(first.body.id);
    expect([first.body.alarm, again.body.alarm]).toEqual([true, false]);
    const shown = await founder.call("GET", `/v1/reconciliations/${again.body.id}`);
    expect(shown.body).toEqual(again.body);
  });

  it("is listed, newest first, page by page", async () => {
    const all = rowsOf(await founder.call("GET", "/v1/reconciliations"));
    expect(all.length).toBeGreaterThanOrEqual(4);
    const first = await founder.call("GET", "/v1/reconciliations?limit=1");
    const second = await founder.call("GET", `/v1/reconciliations?limit=1&cursor=${first.body.next_cursor}`);
    expect([...rowsOf(first), ...rowsOf(second)].map(({ id }) => id)).toEqual(all.slice(0, 2).map(({ id }) => id));
    expect(rowsOf(await stranger.call("GET", "/v1/reconciliations"))).toEqual([]);
  });

  it("is a file of lines, in which nothing is a formula", async () => {
    const made = await compare(`date,model,cost_usd\n${today()},"=1+1",2\n`);
    const file = await founder.call("GET", `/v1/reconciliations/${made.body.id}?format=csv`);
    expect(file.headers.get("content-type")).toContain("text/csv");
    const lines = file.text.split("\r\n");
    expect(lines[0]).toMatch(/^day,model,finding,their_cost_usd,our_cost_usd,drift_percent/);
    expect(lines.some((line) => line.startsWith(`${today()},'=1+1,only_theirs,2.000000000,,`))).toBe(true);
    expect(lines.some((line) => line.startsWith(`${today()},echo,only_ours,,${usd(spent.get("echo") ?? 0n)},,`))).toBe(
      true,
    );
  });

  it("that cannot be read is refused with its line, and nothing of it is kept", async () => {
    const before = rowsOf(await founder.call("GET", "/v1/reconciliations")).length;
    const answer = await compare("date,model,cost_usd\n2026-11-01,m,much\n");
    expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
    expect(messageOf(answer)).toContain("Line 2 of the file: cost_usd must be an amount");
    const unknown = await founder.call("POST", "/v1/reconciliations", { provider_id: "nobody", csv: bill(100n) });
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "not_found"]);
    expect(rowsOf(await founder.call("GET", "/v1/reconciliations")).length).toBe(before);
  });

  it("that was compared twice at once is compared once", async () => {
    const csv = bill(101n, "twice");
    const answers = await Promise.all(Array.from({ length: 4 }, () => compare(csv)));
    const ids = answers.filter(({ status }) => status < 300).map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
    expect(answers.every(({ status }) => [200, 201, 409].includes(status))).toBe(true);
  });
});
