import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Answer, byKey, codeOf, expectStatus, type Founder, make, rowsOf, signUp } from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

let platform: TestPlatform;
let founder: Founder;
let app: string;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  app = z.string().parse((await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id })).key);
});
afterAll(() => platform.dispose());

const chat = (subject: string, feature: string): Promise<Answer> =>
  byKey(platform, app).call(
    "POST",
    "/v1/chat/completions",
    { model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }], max_tokens: 20 },
    { "x-ao-subject": subject, "x-ao-feature": feature },
  );
const variantOf = ({ headers }: Answer): string | null =>
  headers.get("x-ao-experiment")?.split("; variant=")[1] ?? null;
const logged = (answer: Answer) =>
  eventually(
    async () =>
      rowsOf(await founder.call("GET", "/v1/requests")).find(({ id }) => id === answer.headers.get("x-ao-request-id")),
    (row) => row !== undefined,
  );
const act = async (id: string, what: string, body?: object) => {
  const answer = expectStatus(await founder.call("POST", `/v1/experiments/${id}/${what}`, body), 200);
  return answer.body;
};
const halves = (feature: string) => ({
  name: `On ${feature}`,
  when: { model: "sandbox/echo", feature },
  variants: [
    { name: "control", percent: 50 },
    { name: "brief", percent: 50, parameters: { max_tokens: 1 } },
  ],
});
const SUBJECTS = Array.from({ length: 12 }, (_, at) => `user-${at}`);

describe("an experiment", () => {
  it("touches nothing before it is started, then gives each subject one variant, and says so in the log", async () => {
    const { id } = await make(founder, "/v1/experiments", halves("first"));
    expect(variantOf(await chat("ann", "first"))).toBeNull();
    expect(await act(id, "start")).toMatchObject({ status: "running", run: 1 });
    await eventually(
      () => chat("ann", "first"),
      (answer) => variantOf(answer) !== null,
    );
    const variants = new Map<string, string | null>();
    for (const subject of SUBJECTS) {
      const answer = await chat(subject, "first");
      variants.set(subject, variantOf(answer));
      expect(variantOf(await chat(subject, "first"))).toBe(variantOf(answer));
    }
    expect(new Set(variants.values())).toEqual(new Set(["control", "brief"]));
    const brief = SUBJECTS.find((subject) => variants.get(subject) === "brief") ?? "";
    const answer = await chat(brief, "first");
    const said = z.object({ choices: z.tuple([z.looseObject({ finish_reason: z.string() })]) }).parse(answer.body)
      .choices[0];
    expect(said.finish_reason).toBe("length");
    expect(await logged(answer)).toMatchObject({
      routing: { experiment: { id, name: "On first", run: 1, variant: "brief" } },
    });
    const explained = await founder.call("POST", "/v1/routing/explain", {
      request: { model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }] },
      subject: brief,
      feature: "first",
    });
    expect(explained.body).toMatchObject({ experiment: { id, variant: "brief" }, refused: null });
    await act(id, "stop");
  });

  it("is promoted, reverted and stopped, each on record, and says what cannot be", async () => {
    const { id } = await make(founder, "/v1/experiments", halves("second"));
    const path = `/v1/experiments/${id}`;
    expect(codeOf(await founder.call("POST", `${path}/promote`, { variant: "brief" }))).toBe("conflict");
    await act(id, "start");
    expect(codeOf(await founder.call("DELETE", path))).toBe("conflict");
    expect(codeOf(await founder.call("PATCH", path, { when: {} }))).toBe("conflict");
    const [control, brief] = halves("second").variants;
    const moved = {
      variants: [
        { ...control, percent: 90 },
        { ...brief, percent: 10 },
      ],
    };
    expectStatus(await founder.call("PATCH", path, moved), 200);
    expect(codeOf(await founder.call("POST", `${path}/promote`, { variant: "nobody" }))).toBe("invalid_request");
    expect(await act(id, "promote", { variant: "brief" })).toMatchObject({
      status: "promoted",
      promoted_variant: "brief",
    });
    await eventually(
      async () => await Promise.all(SUBJECTS.map((subject) => chat(subject, "second"))),
      (answers) => answers.every((answer) => variantOf(answer) === "brief"),
    );
    expect(await act(id, "revert")).toMatchObject({ status: "running", promoted_variant: null, automatic: false });
    expect(codeOf(await founder.call("POST", `${path}/revert`))).toBe("conflict");
    expect(await act(id, "stop")).toMatchObject({ status: "stopped" });
    await eventually(
      () => chat("ann", "second"),
      (answer) => variantOf(answer) === null,
    );
    const actions = rowsOf(await founder.call("GET", `/v1/audit?target_id=${id}`)).map(({ action }) => action);
    expect(actions.toReversed()).toEqual([
      "experiment.created",
      "experiment.started",
      "experiment.updated",
      "experiment.promoted",
      "experiment.reverted",
      "experiment.stopped",
    ]);
    expectStatus(await founder.call("DELETE", path), 204);
  });

  it("has figures of each variant, feedback of its requests among them", async () => {
    const { id } = await make(founder, "/v1/experiments", { ...halves("third"), metric: "score" });
    await act(id, "start");
    await eventually(
      () => chat("ann", "third"),
      (answer) => variantOf(answer) !== null,
    );
    const answers = await Promise.all(SUBJECTS.map((subject) => chat(subject, "third")));
    const feedback = (body: object, key = app) => byKey(platform, key).call("POST", "/v1/feedback", body);
    for (const answer of answers) {
      const request_id = answer.headers.get("x-ao-request-id");
      const said = { request_id, thumb: variantOf(answer) === "brief" ? "down" : "up" };
      expect(expectStatus(await feedback(said), 200).body).toMatchObject({ score: said.thumb === "up" ? 1 : 0 });
      expectStatus(await feedback(said), 200);
    }
    const of = (variant: string) => answers.filter((answer) => variantOf(answer) === variant).length;
    const results = await eventually(
      async () => (await founder.call("GET", `/v1/experiments/${id}/results`)).body,
      (body) => JSON.stringify(body).includes(`"count":${of("brief")},"mean":0,`),
    );
    expect(results).toMatchObject({
      experiment_id: id,
      run: 1,
      metric: "score",
      variants: [
        { variant: "control", control: true, errors: 0, score: { count: of("control"), mean: 1 } },
        { variant: "brief", control: false, errors: 0, score: { count: of("brief"), mean: 0 } },
      ],
    });
    // So few prove nothing, however clear they look.
    expect(
      z.object({ comparisons: z.array(z.object({ significant: z.boolean() })) }).parse(results).comparisons,
    ).toEqual(expect.arrayContaining([expect.objectContaining({ significant: false })]));
    await act(id, "stop");
  });

  it("takes feedback from the key alone that made the request, and on requests that there were", async () => {
    const other = z.string().parse((await make(founder, "/v1/keys", { name: "b", wallet_id: founder.wallet_id })).key);
    const request_id = (await chat("ann", "none")).headers.get("x-ao-request-id");
    await eventually(
      async () => rowsOf(await founder.call("GET", "/v1/requests")).some(({ id }) => id === request_id),
      (there) => there,
    );
    const send = (body: object, key = app) => byKey(platform, key).call("POST", "/v1/feedback", body);
    expect(codeOf(await send({ request_id, score: 1 }, other))).toBe("not_found");
    expect(codeOf(await send({ request_id: `req_${"0".repeat(26)}`, score: 1 }))).toBe("not_found");
    for (const wrong of [{ score: 2 }, {}, { score: 1, thumb: "up" }, { score: 1, comment: "well done" }]) {
      expect(codeOf(await send({ request_id, ...wrong }))).toBe("invalid_request");
    }
    expectStatus(await send({ request_id, rating: -1 }), 200);
  });
});
