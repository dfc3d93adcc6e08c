import { createHash } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { storableRequest } from "../../../../../workers/gateway/pipeline/texts/storable-request.ts";

const BYTES = Buffer.from([0, 255, 128, 10]);
const BASE64 = BYTES.toString("base64");
const sha256 = createHash("sha256").update(BYTES).digest("hex");
const of = (media_type: string) => ({ media_type, bytes: 4, sha256 });

describe("media", () => {
  it.each([
    [
      "an image",
      { image_url: { url: `data:image/png;base64,${BASE64}`, detail: "low" } },
      { image_url: { url: of("image/png"), detail: "low" } },
    ],
    [
      "audio",
      { input_audio: { data: BASE64, format: "wav" } },
      { input_audio: { data: of("audio/wav"), format: "wav" } },
    ],
    [
      "a file",
      { file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${BASE64}` } },
      { file: { filename: "a.pdf", file_data: of("application/pdf") } },
    ],
    [
      "a file that is no data URL",
      { file: { file_data: BASE64 } },
      { file: { file_data: of("application/octet-stream") } },
    ],
    [
      "a data URL in capitals with parameters",
      { url: `DATA:text/plain;charset=utf-8;BASE64,${BASE64}` },
      { url: of("text/plain") },
    ],
    [
      "media deep in what a tool returned",
      { content: [[{ url: `data:image/gif;base64,${BASE64}` }]] },
      { content: [[{ url: of("image/gif") }]] },
    ],
  ])("%s is told by kind, size and hash", async (_name, part, kept) => {
    const { request } = await storableRequest({ messages: [{ role: "user", content: [part] }] });
    expect(request).toEqual({ messages: [{ role: "user", content: [kept] }] });
    expect(JSON.stringify(request)).not.toContain(BASE64);
  });

  it.each(["data: is what I have", "data:text/plain,hello", "data:", "https://example.com/a.png"])(
    "%s is no media and stays",
    async (text) => {
      expect((await storableRequest({ text })).request).toEqual({ text });
    },
  );

  it("that is no base 64 is hashed as it stands", async () => {
    const { request } = await storableRequest({ url: "data:image/png;base64,%%%" });
    expect(request).toEqual({
      url: { media_type: "image/png", bytes: 3, sha256: createHash("sha256").update("%%%").digest("hex") },
    });
  });
});

test("what is too long is cut from the oldest, and that is told", async () => {
  const messages = ["first", "second", "third"].map((content) => ({ content }));
  expect(await storableRequest({ messages }, 16)).toEqual({ request: { messages }, truncated: false });
  expect(await storableRequest({ messages }, 13)).toEqual({
    request: { messages: [{ content: "fi" }, { content: "second" }, { content: "third" }] },
    truncated: true,
  });
  expect(await storableRequest({ messages }, 3)).toEqual({
    request: { messages: [{ content: "" }, { content: "" }, { content: "thi" }] },
    truncated: true,
  });
});
