import { describe, expect, it } from "vitest";
import { openSandbox, readPieces } from "../sandbox-client.ts";

describe("what the sandbox has seen in another dialect", () => {
  const headers = { "x-request-id": "other", "x-goog-api-key": "canary-credential" };
  const body = (text: string) => ({
    contents: [{ role: "user", parts: [{ text }] }],
    generationConfig: { maxOutputTokens: 90 },
  });
  const path = "/gemini/v1beta/models/gemini-3-lorem:streamGenerateContent";

  it("has the model, the stream and the limit, wherever the dialect says them, and stops where the caller left", async () => {
    const sandbox = openSandbox();
    const response = await sandbox.send(`${path}?alt=sse`, body("canary prompt"), { headers });
    const { reader } = await readPieces(response, 7);
    await reader.cancel();
    expect(await sandbox.seen("other")).toMatchObject([
      {
        path,
        model: "gemini-3-lorem",
        stream: true,
        max_tokens: 90,
        body_fields: ["contents", "generationConfig"],
        status: 200,
        state: "cancelled",
        tokens_generated: 7,
      },
    ]);
    expect(await (await sandbox.get("/_seen")).text()).not.toContain("canary");
  });

  it("has what was refused, too", async () => {
    const sandbox = openSandbox();
    await sandbox.send(path, body("hi"), { headers });
    expect(await sandbox.seen("other")).toMatchObject([{ model: "gemini-3-lorem", status: 400, state: "finished" }]);
  });
});
