import { beforeEach, expect, it, type MockInstance } from "vitest";
import { type DataKey, newDataKey } from "../../../../../schema/credential/data-key.ts";
import { masterKeyWrapping } from "../../../../../schema/credential/master-key-wrapping.ts";
import { runtimeEffects } from "../../../../../schema/kernel/effects.ts";
import { openTexts } from "../../../../../schema/texts/stored-texts.ts";
import type { Env } from "../../../../../workers/gateway/env.ts";
import type { Recorded } from "../../../../../workers/gateway/pipeline/texts/text-recorder.ts";
import { TextRecorder } from "../../../../../workers/gateway/pipeline/texts/text-recorder.ts";
import { CONTEXT, effects, NOON, quietLogs, scope, standIn, unanswered } from "../../fixtures.ts";
import { type MemoryD1, memoryD1 } from "../../memory-d1.ts";

/** What happens to texts whose stores fail, and to the request that they are of. */

const PROMPT = "a secret question";
const KEY = "org_1/req_1";

let d1: MemoryD1;
let data_key: DataKey;
let logs: readonly MockInstance[];
/** What is in the bucket. */
let objects: Map<string, Uint8Array<ArrayBuffer>>;

beforeEach(async () => {
  logs = quietLogs();
  d1 = await memoryD1();
  objects = new Map();
  const wrapping = masterKeyWrapping({ current: new Uint8Array(32).fill(5), previous: null });
  data_key = (await newDataKey(wrapping, "org_1", runtimeEffects())).data_key;
});

const bucket = (change: object = {}) =>
  standIn<R2Bucket>({
    put: async (key: string, value: Uint8Array<ArrayBuffer>) => {
      objects.set(key, value);
      return standIn<R2Object>({ key });
    },
    delete: async (key: string) => {
      objects.delete(key);
    },
    ...change,
  });

interface Setup {
  readonly TEXTS?: R2Bucket | undefined;
  readonly DB?: D1Database;
  readonly data_key?: DataKey | null;
  readonly texts?: Recorded["texts"];
}

/** Records an answer and waits for what goes on behind it. Rejects where that would have been anybody's failure. */
async function record(setup: Setup = {}): Promise<void> {
  const { TEXTS, DB = d1.DB, texts = () => ({ kind: "chat", messages: [{ role: "user", content: PROMPT }] }) } = setup;
  const behind: Promise<unknown>[] = [];
  const recorder = new TextRecorder(
    scope({
      env: standIn<Env>({ DB, TEXTS: "TEXTS" in setup ? TEXTS : bucket(), TEXTS_EU: undefined }),
      effects: effects({ randomBytes: runtimeEffects().randomBytes }),
      waitUntil: (promise) => behind.push(promise),
    }),
    { retention_days: 7, data_key: setup.data_key === undefined ? data_key : setup.data_key },
    { ...CONTEXT, subject: "user-7", texts },
  );
  recorder.delivered([{ type: "text", choice: 0, text: "An answer" }]);
  recorder.keep("completed");
  // What is begun there may go on behind it.
  for (let done = 0; done < behind.length; done += 1) await behind[done];
}

const one = (sql: string) => d1.DB.prepare(sql).first();
const row = () => one("SELECT stored_at, subject, expires_at FROM request_texts");
const failures = async () => {
  const counted = await d1.DB.prepare("SELECT reason, requests FROM text_failure_totals").all<{
    reason: string;
    requests: number;
  }>();
  return Object.fromEntries(counted.results.map(({ reason, requests }) => [reason, requests]));
};
const logged = (): string => JSON.stringify(logs.flatMap(({ mock }) => mock.calls));

it("are stored sealed, with their row, until they expire", async () => {
  await record();
  expect(await row()).toEqual({ stored_at: NOON, subject: "user-7", expires_at: NOON + 7 * 86_400_000 });
  const sealed = objects.get(KEY) ?? new Uint8Array();
  expect(await openTexts(data_key, { org_id: "org_1", request_id: "req_1" }, sealed)).toMatchObject({
    request: { kind: "chat", messages: [{ content: PROMPT }] },
    choices: [{ text: "An answer" }],
  });
  expect(await failures()).toEqual({});
});

it("are stored also when their bucket answers at the third try", async () => {
  let tries = 0;
  const put = async (key: string, value: Uint8Array<ArrayBuffer>) => {
    tries += 1;
    if (tries < 3) throw new Error("not now");
    objects.set(key, value);
    return null;
  };
  await record({ TEXTS: bucket({ put }) });
  expect([tries, objects.size, await failures()]).toEqual([3, 1, {}]);
});

it.each<[string, () => Setup, string]>([
  ["a bucket that is down", () => ({ TEXTS: bucket({ put: unanswered }) }), "bucket"],
  ["no bucket", () => ({ TEXTS: undefined }), "no_bucket"],
  ["no data key", () => ({ data_key: null }), "no_key"],
  [
    "texts that cannot be told",
    () => ({
      texts: () => {
        throw new Error(PROMPT);
      },
    }),
    "sealing",
  ],
])("with %s are counted and harm nobody", async (_name, setup, reason) => {
  await record(setup());
  expect(await failures()).toEqual({ [reason]: 1 });
  expect((await row())?.stored_at ?? null).toBeNull();
  expect(logged()).toContain("texts_not_stored");
  expect(logged()).not.toContain(PROMPT);
});

it("are counted later where D1 is down, and leave no object", async () => {
  d1.setDown(true);
  await record();
  await record();
  expect(objects.size).toBe(0);
  d1.setDown(false);
  await record({ data_key: null });
  expect(await failures()).toEqual({ index: 2, no_key: 1 });
});

it("that were erased while they were on their way are deleted", async () => {
  const put = async (key: string, value: Uint8Array<ArrayBuffer>) => {
    objects.set(key, value);
    d1.run("UPDATE request_texts SET erased_at = 1");
    return null;
  };
  await record({ TEXTS: bucket({ put }) });
  expect([objects.size, (await row())?.stored_at]).toEqual([0, null]);
});

it("of several requests are stored together", async () => {
  const written: string[] = [];
  const DB = standIn<D1Database>({
    prepare: (sql) => {
      written.push(sql.trim().split(" ")[0] ?? "");
      return d1.DB.prepare(sql);
    },
  });
  const behind: Promise<unknown>[] = [];
  let go: () => void = () => undefined;
  const gathered = new Promise<void>((resolve) => {
    go = resolve;
  });
  let waits = 0;
  const wait = () => {
    waits += 1;
    return gathered;
  };
  for (const request_id of ["req_1", "req_2", "req_3"]) {
    const recorder = new TextRecorder(
      scope({
        request_id,
        env: standIn<Env>({ DB, TEXTS: bucket(), TEXTS_EU: undefined }),
        effects: effects({ randomBytes: runtimeEffects().randomBytes, wait }),
        waitUntil: (promise) => behind.push(promise),
      }),
      { retention_days: 7, data_key },
      { ...CONTEXT, texts: () => ({ kind: "chat" }) },
    );
    recorder.keep("completed");
  }
  await expect.poll(() => waits).toBe(3);
  go();
  await Promise.all(behind);
  expect(written).toEqual(["INSERT", "UPDATE"]);
  expect([...objects.keys()].sort()).toEqual(["org_1/req_1", "org_1/req_2", "org_1/req_3"]);
});

it("of an organisation in the EU are stored there or nowhere", async () => {
  const behind: Promise<unknown>[] = [];
  const recorder = new TextRecorder(
    scope({
      env: standIn<Env>({ DB: d1.DB, TEXTS: bucket(), TEXTS_EU: undefined }),
      waitUntil: (promise) => behind.push(promise),
    }),
    { retention_days: 7, data_key },
    { ...CONTEXT, org_id: "org_eu_1", texts: () => ({ kind: "chat" }) },
  );
  recorder.keep("completed");
  await Promise.all(behind);
  expect([objects.size, await failures()]).toEqual([0, { no_bucket: 1 }]);
});
