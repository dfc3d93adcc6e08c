import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { runtimeEffects } from "../../../../../schema/kernel/effects.ts";
import { CollectedAnswer } from "../../../../../workers/gateway/pipeline/cache/collected-answer.ts";
import { readWish } from "../../../../../workers/gateway/pipeline/cache/read-wish.ts";
import {
  type EntryPlace,
  type KeptAnswer,
  openAnswer,
  sealAnswer,
} from "../../../../../workers/gateway/pipeline/cache/sealed-answer.ts";

const text = (piece: string, choice = 0): Part => ({ type: "text", choice, text: piece });
const finish: Part = { type: "finish", choice: 0, reason: "stop", raw: "stop" };
const end: Part = { type: "end" };
const collected = (...parts: readonly Part[]) => {
  const answer = new CollectedAnswer();
  for (const part of parts) answer.observe([part]);
  return answer.parts;
};

describe("an answer that goes by", () => {
  it("is kept with its pieces put together, in their order", () => {
    const call = { type: "tool_call", choice: 0, index: 0, id: "c", name: "f" } as const;
    expect(
      collected(
        { type: "start", id: "a", model: "m" },
        { type: "reasoning", choice: 0, text: "hm" },
        { type: "reasoning", choice: 0, text: "m" },
        text("He"),
        text("llo"),
        call,
        { type: "tool_arguments", choice: 0, index: 0, json: "{" },
        { type: "tool_arguments", choice: 0, index: 0, json: "}" },
        { ...finish, reason: "tool_calls" } as Part,
        { type: "usage", usage: { input: 1 } },
        end,
      ),
    ).toEqual([
      { type: "reasoning", choice: 0, text: "hmm" },
      { type: "text", choice: 0, text: "Hello" },
      call,
      { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
      { type: "finish", choice: 0, reason: "tool_calls", raw: "stop" },
    ]);
  });

  it.each([
    ["has not ended", [text("a"), finish]],
    ["has no finish", [text("a"), end]],
    ["has a second choice", [text("a"), text("b", 1), finish, end]],
    ["was filtered", [text("a"), { ...finish, reason: "content_filter" } as Part, end]],
    ["refuses", [{ type: "refusal", choice: 0, text: "no" } as Part, finish, end]],
    ["is too large", [text("a".repeat(500_000)), finish, end]],
  ] as const)("that %s is not kept", (_what, parts) => expect(collected(...parts)).toBeNull());
});

describe("a sealed answer", () => {
  const answer: KeptAnswer = {
    v: 1,
    question: "Why?",
    content: { parts: [{ type: "text", choice: 0, text: "Because." }] },
    usage: { input: 3, output: 2 },
    upstream_model: "m",
    finish_reason: "stop",
    took_ms: 12,
  };
  const place: EntryPlace = {
    namespace: "org_1/team_1",
    id: "cen_1",
    exact_key: "e",
    partition: "p",
    model: "acme/m",
    created_at: 1,
    expires_at: 2,
  };
  const [current, previous] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const sealed = () => sealAnswer(answer, place, { current, previous: null }, runtimeEffects());

  it("opens in its place, with its key or the one before it", async () => {
    const bytes = await sealed();
    expect(await openAnswer(bytes, place, { current, previous: null })).toEqual(answer);
    expect(await openAnswer(bytes, place, { current: previous, previous: current })).toEqual(answer);
  });

  it("does not open elsewhere, later, changed, cut, or with another key", async () => {
    const bytes = await sealed();
    const keys = { current, previous: null };
    for (const change of [
      { namespace: "org_1/team_2" },
      { namespace: "org_2/team_1" },
      { id: "cen_2" },
      { exact_key: "f" },
      { partition: null },
      { model: "acme/n" },
      { created_at: 0 },
      { expires_at: 3 },
    ]) {
      expect(await openAnswer(bytes, { ...place, ...change }, keys)).toBeNull();
    }
    for (const at of [0, 12, bytes.length - 1]) {
      expect(await openAnswer(bytes.with(at, (bytes[at] ?? 0) ^ 1), place, keys)).toBeNull();
    }
    for (const length of [0, 11, 12, bytes.length - 1]) {
      expect(await openAnswer(bytes.slice(0, length), place, keys)).toBeNull();
    }
    expect(await openAnswer(bytes, place, { current: previous, previous: null })).toBeNull();
  });
});

it.each([
  [{}, true, true],
  [{ "x-ao-cache": "Bypass" }, false, false],
  [{ "cache-control": "no-store" }, false, false],
  [{ "cache-control": "max-age=0, No-Cache" }, false, true],
  [{ "cache-control": "max-age=60" }, true, true],
] as const)("by the headers %o a request is looked for: %s, and kept: %s", (headers, look, keep) => {
  expect(readWish(new Headers(headers))).toEqual({ look, keep });
});
