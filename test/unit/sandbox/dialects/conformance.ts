import { describe, expect, it } from "vitest";
import { openSandbox, readEvents } from "../sandbox-client.ts";

/** What one dialect's answer says, in words that all have in common. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  /** Arguments as a value. */
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finish: string | null;
  /** Of the whole prompt, and of everything generated; null where there is no usage. */
  readonly prompt_tokens: unknown;
  readonly completion_tokens: unknown;
}

export interface Streamed extends Said {
  /** Whether the stream came to its proper end. */
  readonly complete: boolean;
  /** The message of the error that ended it. */
  readonly error: string | null;
}

export interface Ask {
  readonly model: string;
  readonly text: string;
  readonly stream: boolean;
  readonly max_tokens?: number;
  /** Names of tools, each with the parameter `place`. */
  readonly tools?: readonly string[];
}

export interface DialectSpec {
  readonly name: string;
  readonly request: (ask: Ask) => { path: string; body: object; headers: Record<string, string> };
  readonly readWhole: (json: unknown) => Said;
  readonly readStream: (bytes: Uint8Array) => Streamed;
  readonly errorMessage: (json: unknown) => string;
  readonly finishes: { readonly stop: string; readonly length: string; readonly tool_calls: string };
  /** The headers of a caller who is refused, and how. */
  readonly refused: { readonly headers: Record<string, string>; readonly status: number };
  /** What the dialect has no words for. */
  readonly lacks?: { readonly reasoning?: true; readonly tools?: true };
}

/** The data of named or nameless SSE events, parsed. Whatever follows the last whole event is left out. */
export function sseData(bytes: Uint8Array): readonly unknown[] {
  const { data } = readEvents(new TextDecoder().decode(bytes));
  return data
    .map((event) => event.slice(event.indexOf("data: ") === -1 ? 0 : event.indexOf("data: ") + 6))
    .filter((text) => text !== "[DONE]")
    .map((text): unknown => JSON.parse(text));
}

export const placeSchema = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };

/** Sends to a sandbox of its own, or to the one given. */
export async function send(spec: DialectSpec, ask: Ask, sandbox = openSandbox(), headers?: Record<string, string>) {
  const request = spec.request(ask);
  return sandbox.send(request.path, request.body, { headers: headers ?? request.headers });
}

export async function whole(spec: DialectSpec, ask: Omit<Ask, "stream">) {
  const response = await send(spec, { ...ask, stream: false });
  const json: unknown = await response.json();
  if (response.status !== 200) throw new Error(JSON.stringify(json));
  return spec.readWhole(json);
}

export async function streamed(spec: DialectSpec, ask: Omit<Ask, "stream">) {
  const response = await send(spec, { ...ask, stream: true });
  if (response.status !== 200) throw new Error(await response.text());
  return spec.readStream(new Uint8Array(await response.arrayBuffer()));
}

/** What every dialect must do alike: the models, their controls and their misbehaviours are the same for all. */
export function describeDialect(spec: DialectSpec): void {
  const { finishes, lacks = {} } = spec;
  const both = async (ask: Omit<Ask, "stream">) => [await whole(spec, ask), await streamed(spec, ask)];

  describe(`every model speaks ${spec.name}`, () => {
    it("says the same whole and streamed, with the same usage", async () => {
      for (const said of await both({ model: "echo", text: "hello world" })) {
        expect(said).toMatchObject({ text: "hello world", finish: finishes.stop, calls: [], reasoning: "" });
        expect([said.prompt_tokens, said.completion_tokens]).toEqual([5, 4]);
      }
      expect((await streamed(spec, { model: "echo", text: "hello world" })).complete).toBe(true);
    });

    it("listens to controls at the end of the text, and to the limit on tokens", async () => {
      for (const said of await both({ model: "lorem", text: "Go [[chunks=7]]" })) {
        expect([said.completion_tokens, said.finish]).toEqual([7, finishes.stop]);
      }
      for (const said of await both({ model: "lorem", text: "Go", max_tokens: 20 })) {
        expect([said.completion_tokens, said.finish]).toEqual([20, finishes.length]);
      }
    });

    it("is told models behind the name of a family", async () => {
      expect((await whole(spec, { model: "family-9-echo", text: "hi" })).text).toBe("hi");
    });

    if (lacks.reasoning !== true) {
      it("tells reasoning from text", async () => {
        for (const said of await both({ model: "think", text: "Why? [[chunks=3 reasoning_tokens=9]]" })) {
          expect(said.reasoning).toMatch(/^Let me think/);
          expect(said.text).toMatch(/^Lorem/);
          expect(said.completion_tokens).toBe(12);
        }
      });
    }

    if (lacks.tools !== true) {
      it("calls the tools that it is offered, in parallel", async () => {
        for (const said of await both({ model: "tools", text: "Where?", tools: ["first", "second"] })) {
          expect(said.calls).toEqual([
            { name: "first", arguments: { place: "place" } },
            { name: "second", arguments: { place: "place" } },
          ]);
          expect(said.finish).toBe(finishes.tool_calls);
        }
      });
    }
  });

  describe(`every failure speaks ${spec.name}`, () => {
    it.each([
      ["error-400", 400],
      ["error-401", 401],
      ["error-413", 413],
      ["error-429", 429],
      ["error-500", 500],
      ["nobody", 404],
    ])("%s is a %i in the dialect's own shape", async (model, status) => {
      const response = await send(spec, { model, text: "hi", stream: true });
      expect(response.status).toBe(status);
      expect(spec.errorMessage(await response.json())).not.toBe("");
    });

    it("refuses a caller without a right", async () => {
      const response = await send(
        spec,
        { model: "echo", text: "hi", stream: false },
        openSandbox(),
        spec.refused.headers,
      );
      expect(response.status).toBe(spec.refused.status);
      expect(spec.errorMessage(await response.json())).not.toBe("");
    });

    it("breaks a stream off with an error, without a success", async () => {
      const said = await streamed(spec, { model: "error-mid-stream", text: "Go [[after_chunks=4]]" });
      expect(said).toMatchObject({ complete: false, finish: null });
      expect(said.text).not.toBe("");
      expect(said.error).not.toBe(null);
    });

    it("may begin a stream with an error", async () => {
      const said = await streamed(spec, { model: "error-first-event", text: "Go" });
      expect(said).toMatchObject({ complete: false, finish: null, text: "" });
      expect(said.error).not.toBe(null);
    });

    it("may cut a stream inside a character", async () => {
      const said = await streamed(spec, { model: "cut-mid-character", text: "Go [[chunks=3]]" });
      expect(said).toMatchObject({ complete: false, finish: null, error: null });
    });

    it("lies about its usage as it is told", async () => {
      for (const said of await both({ model: "wrong-usage", text: "Go [[variant=negative]]" })) {
        expect([said.prompt_tokens, said.completion_tokens]).toEqual([-1_000_000, -1_000_000]);
      }
      for (const said of await both({ model: "no-usage", text: "Go" })) expect(said.prompt_tokens).toBe(null);
      for (const said of await both({ model: "zero-usage", text: "Go" })) expect(said.completion_tokens).toBe(0);
    });

    it("tells its usage twice, the second time in full", async () => {
      for (const said of await both({ model: "double-usage", text: "Go" })) expect(said.completion_tokens).toBe(20);
    });

    it("says all of its text where only the end is missing", async () => {
      const said = await streamed(spec, { model: "no-done", text: "Go" });
      expect(said.error).toBe(null);
      expect(said.text).toBe((await streamed(spec, { model: "lorem", text: "Go [[chunks=20]]" })).text);
    });

    it("sends one enormous event", async () => {
      for (const said of await both({ model: "big-line", text: "Go [[size_bytes=300000]]" })) {
        expect(said.text).toBe("a".repeat(300_000));
        expect(said.completion_tokens).toBe(75_000);
      }
    });

    it("recovers when flaky has failed often enough", async () => {
      const sandbox = openSandbox();
      const ask = { model: "flaky", text: "again [[flaky_id=f fail_times=1]]", stream: false };
      expect((await send(spec, ask, sandbox)).status).toBe(500);
      const second = await send(spec, ask, sandbox);
      expect(spec.readWhole(await second.json()).text).toBe("again");
    });

    it("redirects and talks garbage", async () => {
      expect((await send(spec, { model: "redirect", text: "hi", stream: false })).status).toBe(302);
      expect(await (await send(spec, { model: "garbage", text: "hi", stream: false })).text()).toContain("<html>");
    });
  });
}
